// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.util.StoreWriter;

/** A plain registry for one repository whose answers a test can spoil. */
final class Origin implements AutoCloseable {
    /** Answers a request instead of the origin; false: did not. */
    interface Fault {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    final Map<String, byte[]> content = new ConcurrentHashMap<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    volatile Fault fault = exchange -> false;
    private final HttpServer server;
    private final String repo;
    private final CountDownLatch closing = new CountDownLatch(1);

    Origin(String repo) throws IOException {
        this.repo = repo;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String[] as(String name) {
        return new String[] {name + "=http://127.0.0.1:" + port()};
    }

    Digest blob(byte[] bytes) {
        Digest digest = StoreWriter.digest(bytes, "sha256");
        content.put("/v2/" + repo + "/blobs/" + digest, bytes);
        return digest;
    }

    Digest manifest(String tag, byte[] bytes) {
        Digest digest = StoreWriter.digest(bytes, "sha256");
        content.put("/v2/" + repo + "/manifests/" + tag, bytes);
        content.put("/v2/" + repo + "/manifests/" + digest, bytes);
        return digest;
    }

    /** An image of a config and one layer. */
    Digest image(String tag, byte[] layer) {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        blob(config);
        blob(layer);
        return manifest(tag, TestNode.manifest(config, layer));
    }

    long asked(Predicate<String> which) {
        return requests.stream().filter(which).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        String shown = exchange.getRequestHeaders().getFirst("Authorization");
        if (shown != null) {
            authorizations.add(shown);
        }
        try (exchange) {
            if (!fault.answer(exchange)) {
                serve(exchange);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] bytes = content.get(path);
        if (bytes == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        if (path.contains("/manifests/")) {
            exchange.getResponseHeaders().set("Content-Type", TestNode.MANIFEST);
            exchange.getResponseHeaders()
                    .set("Docker-Content-Digest", StoreWriter.digest(bytes, "sha256").toString());
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        if (range != null) {
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        byte[] part = Arrays.copyOfRange(bytes, from, bytes.length);
        exchange.sendResponseHeaders(
                range == null ? 200 : 206, part.length == 0 ? -1 : part.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(part);
        }
    }

    /** Keeps a request waiting until the test is over. */
    boolean hang() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    static boolean status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        return true;
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
