// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A node as a process of its own, started from an unpacked distribution with its own etc and data.
 */
public final class NodeProcess implements AutoCloseable {
    private final NodeSpec spec;
    private Process process;

    private NodeProcess(NodeSpec spec, Process process) {
        this.spec = spec;
        this.process = process;
    }

    /**
     * Writes the configuration (at the first start) and starts the process; does not wait until it
     * is ready.
     */
    public static NodeProcess start(NodeSpec spec) throws IOException {
        if (!Files.exists(spec.home().resolve("etc"))) {
            copy(spec.distribution().resolve("etc"), spec.home().resolve("etc"));
            for (Map.Entry<String, Map<String, String>> entry : configuration(spec).entrySet()) {
                write(spec.home().resolve("etc/" + entry.getKey() + ".cfg"), entry.getValue());
            }
            if (!spec.shellKey().isEmpty()) {
                Files.writeString(
                        spec.home().resolve("etc/keys.properties"),
                        LocalMesh.USER + " = " + spec.shellKey() + ",_g_:admin\n",
                        StandardOpenOption.APPEND);
            }
        }
        return new NodeProcess(spec, launch(spec));
    }

    private static Process launch(NodeSpec spec) throws IOException {
        Files.createDirectories(spec.home().resolve("data/log"));
        List<String> command = new ArrayList<>(spec.launcher());
        command.add(spec.distribution().resolve("bin/run").toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KARAF_BASE", spec.home().toString());
        builder.environment().put("KARAF_DATA", spec.home().resolve("data").toString());
        builder.environment().put("KARAF_ETC", spec.home().resolve("etc").toString());
        builder.environment().put("KARAF_LOG", spec.home().resolve("data/log").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_OPTS", "EXTRA_JAVA_OPTS", "KARAF_HOME"));
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                        spec.home().resolve("data/log/console.log").toFile()));
        return builder.start();
    }

    private static Map<String, Map<String, String>> configuration(NodeSpec spec) {
        NodeSpec.Ports ports = spec.ports();
        Map<String, Map<String, String>> all = new HashMap<>();
        put(all, "org.peeredge.dts.channel.tcp", "host", ports.host());
        put(all, "org.peeredge.dts.channel.tcp", "port", "" + ports.channel());
        put(all, "org.peeredge.dts.registry", "port", "" + ports.registry());
        put(all, "org.peeredge.ops.metrics", "port", "" + ports.metrics());
        put(all, "org.peeredge.kernel.node", "join.host", ports.host());
        put(all, "org.peeredge.kernel.node", "join.port", "" + ports.join());
        put(all, "org.peeredge.kernel.node", "join.addresses", ports.host() + ":" + ports.join());
        put(all, "org.apache.karaf.shell", "sshPort", "" + ports.ssh());
        spec.config().forEach((pid, values) -> values.forEach((k, v) -> put(all, pid, k, v)));
        return all;
    }

    private static void put(
            Map<String, Map<String, String>> all, String pid, String key, String value) {
        all.computeIfAbsent(pid, p -> new HashMap<>()).put(key, value);
    }

    /** Sets keys in a cfg file, keeping its other lines. */
    private static void write(Path file, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder();
        boolean replaced = false;
        boolean goesOn = false;
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            if (!goesOn) {
                replaced = values.keySet().stream().anyMatch(k -> sets(line, k));
            }
            if (!replaced) {
                text.append(line).append('\n');
            }
            goesOn = line.endsWith("\\");
        }
        values.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e ->
                        text.append(e.getKey()).append(" = ").append(e.getValue()).append('\n'));
        Files.writeString(file, text);
    }

    private static boolean sets(String line, String key) {
        return line.matches("\\s*" + Pattern.quote(key) + "\\s*=.*");
    }

    /** What it was started with. */
    public NodeSpec spec() {
        return spec;
    }

    /** The operating system's name for it. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Whether it runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Its log so far. */
    public String log() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("console.log", "karaf.log")) {
            Path file = spec.home().resolve("data/log/" + name);
            if (Files.exists(file)) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    /** The end of its log, for people. */
    String lastWords() throws IOException {
        List<String> lines = log().lines().toList();
        int from = Math.max(0, lines.size() - 40);
        return "its log ends with:\n" + String.join("\n", lines.subList(from, lines.size()));
    }

    /** Ends it as {@code kill -9} would, with everything it started. */
    public void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    /** Starts it again after {@link #kill} or {@link #close}. */
    public void restart() throws IOException {
        process = launch(spec);
    }

    /** Asks it to end and waits; what does not end within 20 s is killed. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        try {
            for (ProcessHandle handle : all) {
                try {
                    handle.onExit().get(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
                } catch (java.util.concurrent.TimeoutException late) {
                    handle.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            all.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("waiting for " + spec.name(), e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        Files.copy(
                                file,
                                to.resolve(from.relativize(file).toString()),
                                StandardCopyOption.REPLACE_EXISTING);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
