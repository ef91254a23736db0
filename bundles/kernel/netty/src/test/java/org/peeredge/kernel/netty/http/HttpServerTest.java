// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpBody;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;

final class HttpServerTest {
    private static final String MALFORMED = "peeredge_kernel_netty_http_malformed_requests_total";

    private final Residue residue = Residue.now();
    private final TestKernel kernel = new TestKernel();
    private final MetricScope scope = kernel.metrics().scope();
    private final EventLoops loops = new EventLoops(1, kernel.threads(), scope);
    private final HttpServers servers =
            new HttpServers(loops, kernel.threads(), kernel.clock(), scope);
    private final byte[] blob = new byte[3_000_000];
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private HttpListener listener = serve(Duration.ofSeconds(20));

    @BeforeEach
    void fill() {
        new SplittableRandom(7).nextBytes(blob);
    }

    @AfterEach
    void nothingIsLeft() {
        listener.close();
        servers.close();
        assertEquals(0, loops.allocator().pinnedDirectMemory());
        loops.close();
        scope.close();
        kernel.close();
        residue.assertBack();
    }

    private HttpListener serve(Duration idle) {
        HttpHandler handler =
                (request, response) -> {
                    switch (request.path()) {
                        case "/blob" -> {
                            try (HttpBody body = response.begin(200, blob.length)) {
                                ByteBuffer all = ByteBuffer.wrap(blob);
                                for (int at = 0; at < blob.length; at += 300_000) {
                                    body.write(all.slice(at, 300_000));
                                }
                            }
                        }
                        case "/chunked" -> {
                            try (HttpBody body = response.begin(200, -1)) {
                                body.write(
                                        ByteBuffer.wrap("one,".getBytes(StandardCharsets.UTF_8)));
                                body.write(ByteBuffer.wrap("two".getBytes(StandardCharsets.UTF_8)));
                            }
                        }
                        case "/echo" -> response.send(200, readAll(request));
                        case "/short" -> {
                            try (HttpBody body = response.begin(200, 100)) {
                                body.write(ByteBuffer.allocate(10));
                            }
                        }
                        case "/throw" -> throw new IllegalStateException("on purpose");
                        case "/none" -> seen.add("none");
                        case "/refuse" -> response.send(401, new byte[0]);
                        case "/wait" -> {
                            seen.add("waiting");
                            await(gate);
                            response.send(200, new byte[0]);
                        }
                        default -> {
                            response.header(
                                    "X-Accept", String.join("|", request.headers("accept")));
                            response.send(
                                    200,
                                    (request.method()
                                                    + " "
                                                    + request.path()
                                                    + " "
                                                    + request.query("ns").orElse("-"))
                                            .getBytes(StandardCharsets.UTF_8));
                        }
                    }
                };
        try {
            return servers.listen(
                    new HttpOptions(
                            "org.peeredge.test", "127.0.0.1", 0, Optional.empty(), 2, 4096, idle),
                    handler);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException("stopped", e);
        }
    }

    private static byte[] readAll(org.peeredge.kernel.netty.HttpRequest request)
            throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(10_000);
        while (request.read(part) >= 0) {
            all.write(part.array(), 0, part.position());
            part.clear();
        }
        return all.toByteArray();
    }

    /** Sends {@code request} as it is and reads all that comes until the other end closes. */
    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        socket.setSoTimeout(15_000);
        return socket;
    }

    private double malformed() {
        return kernel.metrics().value(MALFORMED);
    }

    @Test
    void bodiesGoBothWaysOverOneKeptConnection() throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            URI base = URI.create("http://127.0.0.1:" + listener.port());
            var get = java.net.http.HttpRequest.newBuilder(base.resolve("/blob")).build();
            assertArrayEquals(blob, client.send(get, BodyHandlers.ofByteArray()).body());
            var chunked = java.net.http.HttpRequest.newBuilder(base.resolve("/chunked")).build();
            assertEquals("one,two", client.send(chunked, BodyHandlers.ofString()).body());
            var put =
                    java.net.http.HttpRequest.newBuilder(base.resolve("/echo"))
                            .PUT(BodyPublishers.ofByteArray(blob))
                            .expectContinue(true)
                            .build();
            assertArrayEquals(blob, client.send(put, BodyHandlers.ofByteArray()).body());
            var stream =
                    java.net.http.HttpRequest.newBuilder(base.resolve("/echo"))
                            .PUT(
                                    BodyPublishers.ofInputStream(
                                            () -> new java.io.ByteArrayInputStream(blob)))
                            .build();
            assertArrayEquals(blob, client.send(stream, BodyHandlers.ofByteArray()).body());
            var head =
                    java.net.http.HttpRequest.newBuilder(base.resolve("/blob"))
                            .method("HEAD", BodyPublishers.noBody())
                            .build();
            var answer = client.send(head, BodyHandlers.ofByteArray());
            assertEquals("3000000", answer.headers().firstValue("content-length").orElse(""));
            assertEquals(0, answer.body().length);
        }
        assertEquals(0, malformed());
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String all =
                raw(
                        "GET /a?ns=docker.io HTTP/1.1\r\nHost: x\r\nAccept: one\r\nAccept: two,three\r\n\r\n"
                                + "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                                + "HEAD /b%20c HTTP/1.1\r\nHost: x\r\n\r\n"
                                + "GET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        int a = all.indexOf("GET /a docker.io");
        int echo = all.indexOf("hello");
        int d = all.indexOf("GET /d -");
        assertTrue(a > 0 && echo > a && d > echo, all);
        assertTrue(
                all.contains("X-Accept: one|two,three") || all.contains("x-accept: one|two,three"),
                all);
        assertFalse(all.contains("HEAD /b c"), all);
        assertEquals(4, all.split("HTTP/1.1 200 OK", -1).length - 1, all);
    }

    @Test
    void malformedRequestsGet400AndTheConnectionEnds() throws Exception {
        String[] bad = {
            "rubbish\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /%c3%28 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /?q=%4 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
            "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
        };
        for (int i = 0; i < bad.length; i++) {
            String answer = raw(bad[i]);
            assertTrue(answer.startsWith("HTTP/1.1 400 "), i + ": " + answer);
            assertEquals(i + 1, malformed(), bad[i]);
        }
        assertTrue(
                raw("GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n\r\n").contains(" 414 "));
        assertTrue(
                raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(5000) + "\r\n\r\n")
                        .contains(" 431 "));
        assertTrue(raw("GET /ok HTTP/1.0\r\n\r\n").endsWith("GET /ok -"));
    }

    @Test
    void tooManyRequestsGet503() throws Exception {
        try (Socket one = connect();
                Socket two = connect()) {
            String wait = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
            one.getOutputStream().write(wait.getBytes(StandardCharsets.ISO_8859_1));
            two.getOutputStream().write(wait.getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("waiting", seen.poll(5, TimeUnit.SECONDS));
            assertEquals("waiting", seen.poll(5, TimeUnit.SECONDS));
            String busy = raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertTrue(busy.startsWith("HTTP/1.1 503 ") && busy.contains("etry-"), busy);
            gate.countDown();
            assertEquals('H', one.getInputStream().read());
            assertEquals('H', two.getInputStream().read());
        }
    }

    @Test
    void handlersThatFailAreAnsweredForThem() throws Exception {
        assertTrue(
                raw("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .contains(" 500 "));
        assertTrue(
                raw("GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .contains(" 500 "));
        String cut = raw("GET /short HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(cut.contains(" 200 "), cut);
        assertEquals(10, cut.length() - cut.indexOf("\r\n\r\n") - 4, cut);
    }

    @Test
    void aRefusedUploadStillGetsItsAnswerAndTheConnectionGoesOn() throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("PUT /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                    + blob.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            out.write(blob);
            out.write(
                    "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String all = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(all.startsWith("HTTP/1.1 401 "), all);
            assertTrue(all.endsWith("GET /next -"), all);
        }
    }

    @Test
    void slowClientsAreCutWhateverTheyAreSlowAt() throws Exception {
        listener.close();
        listener = serve(Duration.ofMillis(300));
        assertEquals("", raw("GET / HTTP/1.1\r\nHost"));
        assertTrue(
                raw("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").length()
                        < 300);
        // A client that takes nothing: the socket's buffers fill, then no byte moves.
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(
                    new java.net.InetSocketAddress(
                            InetAddress.getLoopbackAddress(), listener.port()));
            String get = "GET /blob HTTP/1.1\r\nHost: x\r\n\r\n".repeat(8);
            socket.getOutputStream().write(get.getBytes(StandardCharsets.ISO_8859_1));
            while (kernel.metrics().value("peeredge_kernel_netty_http_idle_connections_total")
                    < 3) {
                assertFalse(Thread.currentThread().isInterrupted());
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void closingInterruptsHandlersAndATakenPortIsNamed() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(
                            "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"
                                    .getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("waiting", seen.poll(5, TimeUnit.SECONDS));
            int port = listener.port();
            IOException taken =
                    assertThrows(
                            IOException.class,
                            () ->
                                    servers.listen(
                                            new HttpOptions(
                                                    "org.peeredge.test",
                                                    "127.0.0.1",
                                                    port,
                                                    Optional.empty(),
                                                    2,
                                                    4096,
                                                    Duration.ofSeconds(1)),
                                            (_, _) -> {}));
            assertTrue(taken.toString().contains("127.0.0.1:" + port), taken.toString());
            listener.close();
            assertTrue(socket.getInputStream().readAllBytes().length < 300);
        }
    }

    @Test
    void randomBytesNeverReachAHandler() throws Exception {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[random.nextInt(1, 2000)];
            random.nextBytes(noise);
            noise[0] |= (byte) 0x80;
            try (Socket socket = connect()) {
                socket.getOutputStream().write(noise);
                socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                // cut with bytes unread: as good as closed
                assertTrue(
                        e.toString().contains("reset") || e.toString().contains("roken"),
                        e.toString());
            }
        }
        assertEquals(0, kernel.metrics().value("peeredge_kernel_netty_http_requests_total"));
    }
}
