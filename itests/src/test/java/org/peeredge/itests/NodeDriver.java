// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.peeredge.ops.quickstart.NodeProcess;

/** Asks the {@link NodeAgent} of one node. */
final class NodeDriver {
    private static final int ANSWER_MILLIS = 60_000;
    private static final Duration INSTALLED = Duration.ofSeconds(60);

    private final NodeProcess node;
    private final int port;

    private NodeDriver(NodeProcess node, int port) {
        this.node = node;
        this.port = port;
    }

    /** Puts the agent into the node's deploy folder and waits for it. */
    static NodeDriver in(NodeProcess node) throws Exception {
        Path deploy = Files.createDirectories(node.spec().home().resolve("deploy"));
        NodeAgent.write(deploy.resolve("agent.jar"));
        Path file = node.spec().home().resolve("data").resolve(NodeAgent.PORT_FILE);
        Condition.await("the agent runs", INSTALLED, () -> Files.exists(file));
        return new NodeDriver(node, Integer.parseInt(Files.readString(file)));
    }

    /** Puts a new copy of a bundle in the place of the old one. */
    void swap(String bundle) throws IOException {
        ask("swap " + bundle);
    }

    /** States of all bundles but this one, of their components and services. */
    String others(String bundle) throws IOException {
        return ask("others " + bundle);
    }

    /** Bundle events of all bundles but this one since the last call. */
    String events(String bundle) throws IOException {
        return ask("events " + bundle);
    }

    /**
     * What the process holds: {@code thread:ROLE} by name without digits, {@code socket} and {@code
     * file} descriptors, {@code direct} bytes and {@code classes}.
     */
    Map<String, Long> residue() throws IOException {
        Map<String, Long> held = new TreeMap<>();
        for (String line : ask("residue").split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            held.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        try (Stream<Path> open =
                Files.list(Path.of("/proc", Long.toString(node.handle().pid()), "fd"))) {
            for (Path descriptor : open.toList()) {
                held.merge(kind(descriptor), 1L, Long::sum);
            }
        }
        return held;
    }

    private static String kind(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:")
                    ? "socket"
                    : "file";
        } catch (IOException e) {
            return "closed"; // between listing and reading
        }
    }

    private String ask(String line) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (answer.startsWith("ERROR")) {
                throw new IOException("'" + line + "': " + answer);
            }
            return answer;
        }
    }
}
