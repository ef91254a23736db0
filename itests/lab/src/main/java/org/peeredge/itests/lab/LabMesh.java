// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.NodeSpec;
import org.peeredge.ops.quickstart.Shell;

/**
 * One mesh in a lab: an origin (full assembly, with a shell) at {@code h0} and edges, or members of
 * the full assembly, at the other hosts, all on the default ports of their own namespace. The
 * upstream {@code lab.test} is {@code http://h0:5000}.
 */
public final class LabMesh implements AutoCloseable {
    /** The upstream's name, as clients give it in {@code ?ns=}. */
    public static final String UPSTREAM = "lab.test";

    /** What Debian's ssh says at any log level where a server closes quickly. */
    private static final String SSH_END = "Connection to 127.0.0.1 closed by remote host.";

    private static final Duration READY = Duration.ofMinutes(2);

    private final Lab lab;
    private final Path work;
    private final Path full;
    private final Path edge;
    private final Shell shell = new Shell();
    private final Map<String, NodeProcess> nodes = new HashMap<>();

    /** An empty mesh with its files below {@code work}. */
    public LabMesh(Lab lab, Path work) throws IOException {
        this.lab = lab;
        this.work = work;
        this.full = Distribution.unpack("full", work);
        this.edge = Distribution.unpack("edge", work);
        shell.writePrivateKey(work.resolve("shell.key"));
    }

    /** The node at a host. */
    public NodeProcess node(String host) {
        NodeProcess node = nodes.get(host);
        if (node == null) {
            throw new IllegalArgumentException("no node at " + host);
        }
        return node;
    }

    /** Starts the origin at {@code h0} and waits until it is ready. */
    public NodeProcess startOrigin(Map<String, Map<String, String>> config) throws IOException {
        Map<String, Map<String, String>> all = base(config);
        all.computeIfAbsent("org.peeredge.kernel.node", p -> new HashMap<>())
                .put("mesh.create", "true");
        NodeProcess origin = start("h0", full, all, shell.publicKey(), lab.in("h0"));
        awaitReady("h0");
        awaitShell("h0");
        return origin;
    }

    /** The shell's port opens, and its users are known, some time after the registry answers. */
    private void awaitShell(String host) throws IOException {
        long end = System.nanoTime() + READY.toNanos();
        Ran ran = shell(host, "mesh:info");
        while (ran.status() != 0) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "no shell at " + host + ": " + ran.output() + "\n" + node(host).log());
            }
            ran = shell(host, "mesh:info");
        }
    }

    /** Starts an edge at {@code h<n>} with a token made by the origin; waits until it is ready. */
    public NodeProcess startEdge(int n, Map<String, Map<String, String>> config)
            throws IOException {
        startEdges(List.of("h" + n), config);
        return node("h" + n);
    }

    /** Starts edges with a token made by the origin, all at once; waits until they are ready. */
    public void startEdges(List<String> hosts, Map<String, Map<String, String>> config)
            throws IOException {
        String words = token(hosts.size());
        for (String host : hosts) {
            start(host, edge, member(host, words, config), "", lab.in(host));
        }
        for (String host : hosts) {
            awaitReady(host);
        }
    }

    /**
     * Starts members of the full assembly, each with a shell, with a token made by the origin, all
     * at once; waits until they are ready.
     */
    public void startServers(List<String> hosts, Map<String, Map<String, String>> config)
            throws IOException {
        String words = token(hosts.size());
        for (String host : hosts) {
            start(host, full, member(host, words, config), shell.publicKey(), lab.in(host));
        }
        for (String host : hosts) {
            awaitReady(host);
            awaitShell(host);
        }
    }

    /**
     * Starts an edge by way of {@code launcher}, words before a command, in the host's network and
     * with the machine's own mounts; waits until it is ready.
     */
    public NodeProcess startEdge(String host, List<String> launcher) throws IOException {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(lab.inNetworkOf(host));
        start(host, edge, member(host, token(1), Map.of()), "", words);
        awaitReady(host);
        return node(host);
    }

    private Map<String, Map<String, String>> member(
            String host, String words, Map<String, Map<String, String>> config) throws IOException {
        Path token = Files.createDirectories(work.resolve(host)).resolve("join.token");
        Files.writeString(token, words);
        Map<String, Map<String, String>> all = base(config);
        all.computeIfAbsent("org.peeredge.kernel.node", p -> new HashMap<>())
                .put("join.token.file", token.toString());
        all.computeIfAbsent("org.peeredge.dts.engine", p -> new HashMap<>())
                .put("bootstrap", "tcp://" + lab.addressOf("h0") + ":7440");
        return all;
    }

    /** Starts an edge that is a mesh of its own: a node without peers. */
    public NodeProcess startAlone(String host) throws IOException {
        Map<String, Map<String, String>> all = base(Map.of());
        all.computeIfAbsent("org.peeredge.kernel.node", p -> new HashMap<>())
                .put("mesh.create", "true");
        NodeProcess node = start(host, edge, all, "", lab.in(host));
        awaitReady(host);
        return node;
    }

    private Map<String, Map<String, String>> base(Map<String, Map<String, String>> config) {
        Map<String, Map<String, String>> all = new HashMap<>();
        config.forEach((pid, values) -> all.put(pid, new HashMap<>(values)));
        all.computeIfAbsent("org.peeredge.dts.registry", p -> new HashMap<>())
                .putIfAbsent("upstreams", UPSTREAM + "=http://" + lab.addressOf("h0") + ":5000");
        all.get("org.peeredge.dts.registry").putIfAbsent("default.upstream", UPSTREAM);
        return all;
    }

    private NodeProcess start(
            String host,
            Path distribution,
            Map<String, Map<String, String>> config,
            String key,
            List<String> launcher)
            throws IOException {
        NodeSpec.Ports ports =
                new NodeSpec.Ports(lab.addressOf(host), 7440, 7441, 7450, 7460, 8101);
        NodeProcess node =
                NodeProcess.start(
                        new NodeSpec(
                                host,
                                distribution,
                                work.resolve(host),
                                ports,
                                config,
                                launcher,
                                key));
        nodes.put(host, node);
        return node;
    }

    /** Starts a node that has ended again, with its disk, and waits until it is ready. */
    public void restart(String host) throws IOException {
        node(host).restart();
        awaitReady(host);
    }

    /** Waits until the node's registry answers. */
    public void awaitReady(String host) throws IOException {
        NodeProcess node = node(host);
        Ran ran =
                lab.run(
                        host,
                        READY,
                        Map.of("KARAF_BASE", node.spec().home().toString()),
                        node.spec().distribution().resolve("bin/status").toString(),
                        "--wait",
                        Long.toString(READY.toSeconds()));
        if (ran.status() != 0) {
            throw new AssertionError(host + " is not ready: " + ran.output() + "\n" + node.log());
        }
    }

    /** Waits, 2 minutes at most, until each of these nodes is connected with so many others. */
    public void awaitConnected(List<String> hosts, int members)
            throws IOException, InterruptedException {
        awaitConnected(hosts, members, READY);
    }

    /**
     * Waits until each of these nodes is connected with at least {@code members} others.
     *
     * @throws IOException if one is not, {@code atMost} later
     */
    public void awaitConnected(List<String> hosts, int members, Duration atMost)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        for (String host : hosts) {
            while (metric(host, "peeredge_dts_engine_connected_peers") < members) {
                if (System.nanoTime() > end) {
                    throw new IOException(
                            host
                                    + " is not connected with "
                                    + members
                                    + " members: "
                                    + node(host).log());
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    /** A join token made by the origin's shell. */
    public String token(int uses) {
        String printed = command("mesh:token-create --uses " + uses);
        if (!printed.matches("\\S+")) {
            throw new AssertionError("no token but: " + printed);
        }
        return printed;
    }

    /** Runs a command in the origin's shell. */
    public String command(String command) {
        return command("h0", command);
    }

    /** Runs a command in the shell of a node that has one: the origin, or a server. */
    public String command(String host, String command) {
        return shell(host, command)
                .ok()
                .output()
                .lines()
                .filter(line -> !line.equals(SSH_END))
                .collect(Collectors.joining("\n"))
                .strip();
    }

    /** With Debian's ssh client inside the namespace. */
    private Ran shell(String host, String command) {
        List<String> words =
                new ArrayList<>(List.of("ssh", "-i", work.resolve("shell.key").toString()));
        words.addAll(
                List.of("-p", "8101", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"));
        words.addAll(
                List.of(
                        "-o",
                        "UserKnownHostsFile=/dev/null",
                        LocalMesh.USER + "@127.0.0.1",
                        command));
        return lab.run(host, Duration.ofMinutes(1), Map.of(), words.toArray(String[]::new));
    }

    /**
     * The value of one metric series, such as {@code name{source="peer"}}; 0 where it is not there.
     */
    public double metric(String host, String series) {
        return value(metrics(host), series);
    }

    /** All metrics of a node as they are now, as text. */
    public String metrics(String host) {
        List<String> words = new ArrayList<>(lab.inNetworkOf(host));
        words.addAll(List.of("curl", "-fsS", "-m", "20", "http://127.0.0.1:7460/metrics"));
        return Commands.run(Duration.ofMinutes(1), Map.of(), words).ok().output();
    }

    /** The value of a series in a node's metrics; 0 where it is not there. */
    public static double value(String metrics, String series) {
        return metrics.lines()
                .filter(l -> l.startsWith(series + " "))
                .mapToDouble(l -> Double.parseDouble(l.substring(series.length() + 1)))
                .sum();
    }

    /**
     * Content bytes that a node has received so far from {@code origin}, {@code peer} or {@code
     * upstream}.
     */
    public long received(String host, String source) {
        return (long)
                metric(host, "peeredge_dts_engine_received_bytes_total{source=\"" + source + "\"}");
    }

    @Override
    public void close() {
        nodes.values().parallelStream().forEach(NodeProcess::close);
    }
}
