// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One mesh of several nodes on this machine's loopback: an origin with a shell, and headless edges.
 */
public final class LocalMesh implements AutoCloseable {
    /** The shell's user on the origin. */
    public static final String USER = "operator";

    private static final Duration READY = Duration.ofMinutes(2);

    /** Programs that run meshes at the same time can each have a range of their own. */
    private static final int FIRST_PORT = Integer.getInteger("peeredge.ports.first", 10_000);

    private static final int PORTS = Integer.getInteger("peeredge.ports.count", 10_000);

    private final Path work;
    private final Path full;
    private final Path edge;
    private final Shell shell;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private boolean closed;

    /**
     * An empty mesh.
     *
     * @param work where the nodes' homes go
     * @param full the unpacked full distribution, for the origin
     * @param edge the unpacked edge distribution
     */
    public LocalMesh(Path work, Path full, Path edge) {
        this.work = work;
        this.full = full;
        this.edge = edge;
        this.shell = new Shell();
    }

    /** Starts the origin: it makes the mesh. Returns when it is ready. */
    public NodeProcess startOrigin(Map<String, Map<String, String>> config)
            throws IOException, InterruptedException {
        NodeSpec.Ports ports = freePorts();
        Path home = work.resolve("origin");
        var all = new java.util.HashMap<>(config);
        all.put(
                "org.peeredge.kernel.node",
                merged(config.get("org.peeredge.kernel.node"), Map.of("mesh.create", "true")));
        NodeProcess node =
                start(new NodeSpec("origin", full, home, ports, all, List.of(), shell.publicKey()));
        awaitReady(node);
        awaitShell(node);
        return node;
    }

    /** The shell's port opens, and its users are known, some time after the registry answers. */
    private void awaitShell(NodeProcess node) throws IOException, InterruptedException {
        await(
                node,
                () -> {
                    shell.run(node.spec().ports().ssh(), USER, "mesh:member-list");
                    return true;
                });
    }

    /** Starts edges that join with one token; returns when all are ready. */
    public List<NodeProcess> startEdges(int count, Map<String, Map<String, String>> config)
            throws IOException, InterruptedException {
        NodeProcess origin = nodes().getFirst();
        String token = token(count);
        List<NodeProcess> started = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Path home = work.resolve("edge" + i);
            var all = new java.util.HashMap<>(config);
            all.put(
                    "org.peeredge.dts.engine",
                    merged(
                            config.get("org.peeredge.dts.engine"),
                            Map.of(
                                    "bootstrap",
                                    "tcp://127.0.0.1:" + origin.spec().ports().channel())));
            Files.createDirectories(home);
            Files.writeString(home.resolve("join.token"), token);
            all.put(
                    "org.peeredge.kernel.node",
                    merged(
                            config.get("org.peeredge.kernel.node"),
                            Map.of("join.token.file", home.resolve("join.token").toString())));
            started.add(
                    start(new NodeSpec("edge" + i, edge, home, freePorts(), all, List.of(), "")));
        }
        for (NodeProcess node : started) {
            awaitReady(node);
        }
        return started;
    }

    /** Not while the mesh is being closed, perhaps by another thread: nobody would end it. */
    private synchronized NodeProcess start(NodeSpec spec) throws IOException {
        if (closed) {
            throw new IOException("the mesh is closed");
        }
        NodeProcess node = NodeProcess.start(spec);
        nodes.add(node);
        return node;
    }

    /** A join token made by the origin's shell. */
    public String token(int uses) throws IOException {
        String printed = command("mesh:token-create --uses " + uses);
        if (!printed.matches("\\S+")) {
            throw new IOException("no token but: " + printed);
        }
        return printed;
    }

    /** Runs a command in the origin's shell. */
    public String command(String command) throws IOException {
        return shell.run(nodes().getFirst().spec().ports().ssh(), USER, command);
    }

    /** The shell's key. */
    public Shell shell() {
        return shell;
    }

    /** All nodes, the origin first. */
    public synchronized List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    private static void awaitReady(NodeProcess node) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest ping =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:"
                                                    + node.spec().ports().registry()
                                                    + "/v2/"))
                            .header("Authorization", RegistryClient.ANYBODY)
                            .timeout(Duration.ofSeconds(2))
                            .build();
            await(
                    node,
                    () ->
                            http.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode()
                                    == 200);
        }
    }

    /** Something that a node answers once it is far enough; until then it may throw. */
    private interface Probe {
        boolean answered() throws IOException, InterruptedException;
    }

    private static void await(NodeProcess node, Probe probe)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + READY.toNanos();
        @Nullable IOException last = null;
        while (System.nanoTime() < end) {
            if (!node.alive()) {
                throw new IOException(node.spec().name() + " ended at start; " + node.lastWords());
            }
            try {
                if (probe.answered()) {
                    return;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IOException(
                node.spec().name()
                        + " was not ready after "
                        + READY.toSeconds()
                        + " s"
                        + (last == null ? "" : ", the last try: " + last)
                        + "; "
                        + node.lastWords(),
                last);
    }

    private static Map<String, String> merged(
            @Nullable Map<String, String> base, Map<String, String> more) {
        var all = new java.util.HashMap<String, String>(base == null ? Map.of() : base);
        all.putAll(more);
        return all;
    }

    /**
     * Ports of loopback that nobody has now, below those that the kernel gives to outgoing
     * connections (32768 and up): one of these could be taken before the node listens.
     */
    public static NodeSpec.Ports freePorts() throws IOException {
        List<Integer> ports = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int tries = 0; ports.size() < 5; tries++) {
                int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
                try {
                    held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                    ports.add(port);
                } catch (BindException taken) {
                    if (tries > 1_000) {
                        throw taken;
                    }
                }
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return new NodeSpec.Ports(
                "127.0.0.1", ports.get(0), ports.get(1), ports.get(2), ports.get(3), ports.get(4));
    }

    /** Ends all nodes, the edges first; no more can be started. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        nodes().reversed().parallelStream().forEach(NodeProcess::close);
    }
}
