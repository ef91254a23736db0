// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Ran;
import org.peeredge.itests.lab.TestImage;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.UpstreamRegistry;
import org.peeredge.ops.quickstart.LocalMesh;

/** {@code karaf-distribution/quickstart} as somebody new meets it. Needs no root. */
class QuickstartIT {
    private static final String SCRIPT =
            Distribution.root().resolve("karaf-distribution/quickstart").toString();
    private static final Pattern PUBLISHED = Pattern.compile("blobs, ([0-9.]+) MB");
    private static final Pattern ROW =
            Pattern.compile(
                    "(?m)^  edge[12] +([0-9.]+) MB +([0-9.]+) MB +[0-9.]+ +[0-9]+  3 checked$");

    @TempDir private Path folder;

    @Test
    void showsWhereTheBytesCameFromAndLeavesNothingBehind() throws Exception {
        Ran ran = quickstart("--exit").ok();
        Matcher published = PUBLISHED.matcher(ran.output());
        Matcher row = ROW.matcher(ran.output());
        for (int pull = 0; pull < 2; pull++) {
            assertTrue(published.find(), ran.output());
            double content = Double.parseDouble(published.group(1));
            for (int edge = 0; edge < 2; edge++) {
                assertTrue(row.find(), ran.output());
                double got = Double.parseDouble(row.group(1)) + Double.parseDouble(row.group(2));
                assertEquals(content, got, 1.0, ran.output());
            }
        }
        assertEquals(3, ran.output().lines().filter(l -> l.endsWith("| changed")).count());
        assertNothingIsLeft();
    }

    @Test
    @Needs(programs = {"docker-registry", "skopeo", "curl"})
    void pullsAnImageThroughTheMeshFromItsOwnRegistry(@TempDir Path other) throws Exception {
        Path layout = Files.createDirectories(other.resolve("layout"));
        TestImage.write(layout, 1, List.of(new Layer(900_000, Packing.GZIP)));
        TestImage.publish(layout, other.resolve("storage"), "lab/x", "1");
        int port = LocalMesh.freePorts().registry();
        try (UpstreamRegistry registry =
                UpstreamRegistry.start(List.of(), "127.0.0.1", port, other.resolve("storage"))) {
            String name = "127.0.0.1:" + registry.port();
            Ran ran = quickstart("--exit", name + "/lab/x:1").ok();
            // On a busy machine an edge may read it before the origin has said that it does.
            Pattern copies = Pattern.compile("in all: (0\\.9|1\\.8) MB from " + name + ",");
            assertTrue(copies.matcher(ran.output()).find(), ran.output());
        }
        assertNothingIsLeft();
    }

    @Test
    void saysWhatIsWrongBeforeItStartsAnything() throws Exception {
        Ran missing = quickstart("--exit", folder + "/not-there");
        assertEquals(1, missing.status());
        assertTrue(missing.output().contains("there is no file or folder"), missing.output());
        Ran unknown = quickstart("--bogus");
        assertEquals(2, unknown.status());
        assertTrue(unknown.output().contains("[--exit]"), unknown.output());
        assertFalse((missing.output() + unknown.output()).contains("Starting"), "nodes started");
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Starting an origin", "origin is ready", "Ctrl-C ends"})
    void ctrlCLeavesNothingBehind(String when) throws Exception {
        Path said = folder.resolveSibling(folder.getFileName() + "-said.txt");
        // A process group of its own, as a terminal gives it, where Ctrl-C is not ignored.
        ProcessBuilder builder =
                new ProcessBuilder("env", "--default-signal=INT", "setsid", SCRIPT)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().put("TMPDIR", folder.toString());
        Process process = builder.start();
        try {
            Condition.await(
                    when,
                    Duration.ofMinutes(5),
                    () -> {
                        assertTrue(process.isAlive(), () -> text(said));
                        return text(said).contains(when);
                    });
            Commands.must("kill", "-INT", "--", "-" + process.pid());
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> text(said));
            assertEquals(130, process.exitValue(), () -> text(said));
            assertNothingIsLeft();
        } finally {
            process.destroy();
            process.waitFor();
            Files.delete(said);
        }
    }

    private Ran quickstart(String... words) {
        return Commands.run(
                Duration.ofMinutes(5),
                Map.of("TMPDIR", folder.toString()),
                Words.of(List.of(SCRIPT), words));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList(), "files left behind");
        }
        List<String> left =
                ProcessHandle.allProcesses()
                        .filter(process -> environment(process).contains("TMPDIR=" + folder))
                        .map(process -> process.pid() + " " + process.info().command().orElse("?"))
                        .toList();
        assertEquals(List.of(), left, "processes left behind");
    }

    /** What a process was started with; nothing for those of other users. */
    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc/" + process.pid() + "/environ"),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
