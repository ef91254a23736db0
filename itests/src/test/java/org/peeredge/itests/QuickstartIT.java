// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
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
import org.peeredge.ops.quickstart.Digests;
import org.peeredge.ops.quickstart.LocalMesh;

/** {@code karaf-distribution/quickstart} as somebody new meets it. */
@Tag("beside")
class QuickstartIT {
    private static final String SCRIPT =
            Distribution.root().resolve(Checkout.QUICKSTART).toString();
    private static final Pattern PUBLISHED = Pattern.compile("blobs, ([0-9.]+) MB");
    private static final Pattern METRICS =
            Pattern.compile("(?m)^  (\\w+): (http://127\\.0\\.0\\.1:[0-9]+/metrics)$");
    private static final Pattern ROW =
            Pattern.compile(
                    "(?m)^  edge[12] +([0-9.]+) MB +([0-9.]+) MB +[0-9.]+  ([0-9]+) checked$");

    /** For a shell, since the Java that runs this may know no such names. */
    private static final String ODD_NAME = "\"$(printf 'gr\\303\\266\\303\\237e #1')\"";

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
        assertPulled(3, ran.output());
        assertNothingIsLeft();
    }

    /** One layer has no bytes, as a file may have none. */
    @Test
    void publishesTheFirstImageOfAnOciLayout(@TempDir Path layout) throws Exception {
        byte[] bytes = new byte[900_000];
        new Random(1).nextBytes(bytes);
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
        String config = blob(layout, "config.v1+json", "{}".getBytes(UTF_8));
        String empty = blob(layout, "layer.v1.tar", new byte[0]);
        String first = manifest(layout, config, blob(layout, "layer.v1.tar", bytes) + ", " + empty);
        String second = manifest(layout, config, empty);
        Files.writeString(
                layout.resolve("index.json"),
                "{\"schemaVersion\": 2, \"manifests\": [" + first + ", " + second + "]}");
        Ran ran = quickstart("--exit", layout.toString()).ok();
        assertTrue(ran.output().contains(layout + " at the origin as"), ran.output());
        assertTrue(ran.output().contains(": 3 blobs, 0.9 MB"), ran.output());
        assertPulled(3, ran.output());
        assertNothingIsLeft();
    }

    private static String manifest(Path layout, String config, String layers) throws IOException {
        String manifest =
                """
                {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                 "config": %s, "layers": [%s]}
                """
                        .formatted(config, layers);
        return blob(layout, "manifest.v1+json", manifest.getBytes(UTF_8));
    }

    /** Stores a blob; gives its descriptor. */
    private static String blob(Path layout, String type, byte[] bytes) throws IOException {
        String digest = Digests.of(bytes);
        Path file = layout.resolve("blobs").resolve(digest.replace(':', '/'));
        Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.write(file, bytes);
        return """
        {"mediaType": "application/vnd.oci.image.%s", "digest": "%s", "size": %d}
        """
                .formatted(type, digest, bytes.length)
                .strip();
    }

    /** Its links and odd names too; what it says to go on with is true. */
    @Test
    @Needs(programs = {"ssh", "curl", "skopeo", "podman"})
    void publishesAFolderAndStaysUpForTheCommandsItPrints(@TempDir Path other) throws Exception {
        Path given = other.resolve("given");
        Path inner = Files.createDirectories(given.resolve("x"));
        byte[] bytes = new byte[700_000];
        new Random(1).nextBytes(bytes);
        Files.write(inner.resolve("bytes"), bytes);
        Files.createSymbolicLink(inner.resolve("link"), Path.of("bytes"));
        Commands.must("sh", "-c", "cd '" + inner + "' && echo x >" + ODD_NAME);
        try (QuickstartRun run = start(Map.of("LC_ALL", "C"), SCRIPT, given.toString())) {
            assertPulled(2, run.await("Ctrl-C ends"));
            copiesWithSkopeo(run, other);
            pullsWithPodman(run, other);
            assertTrue(run.command("ctr").contains(" --plain-http 127.0.0.1:"), run.said());
            assertTrue(run.command("docker").startsWith("docker pull 127.0.0.1:"), run.said());
            String ssh = run.command("ssh").replace("ssh ", "ssh -n -o BatchMode=yes ");
            String members = QuickstartRun.paste(Map.of(), ssh + " mesh:member-list --json");
            assertEquals(2, members.split("\"node\"", -1).length - 1, members);
            Matcher metrics = METRICS.matcher(run.said());
            for (String node : List.of("origin", "edge1", "edge2")) {
                assertTrue(metrics.find(), run.said());
                assertEquals(node, metrics.group(1));
                String text = QuickstartRun.paste(Map.of(), "curl -fsS " + metrics.group(2));
                assertTrue(text.contains("peeredge_dts_engine_received_bytes_total"), text);
            }
            run.ctrlC();
            assertNothingIsLeft();
        }
    }

    private static void copiesWithSkopeo(QuickstartRun run, Path other) throws IOException {
        Path copy = other.resolve("copy");
        QuickstartRun.paste(
                Map.of(), run.command("skopeo").replace("/tmp/quickstart", copy.toString()));
        String list = "for f in '" + copy + "'/*; do tar -tzvf \"$f\" 2>/dev/null; done; true";
        String names = QuickstartRun.paste(Map.of("LC_ALL", "C"), list);
        assertTrue(names.contains(" x/link -> bytes"), names);
        assertTrue(names.contains(" x/gr\\303\\266\\303\\237e #1"), names);
    }

    private static void pullsWithPodman(QuickstartRun run, Path other) throws IOException {
        Path storage = other.resolve("storage.conf");
        Files.writeString(
                storage,
                """
                [storage]
                driver = "vfs"
                graphroot = "%1$s/graph"
                runroot = "%1$s/run"
                [storage.options]
                ignore_chown_errors = "true"
                """
                        .formatted(other));
        Map<String, String> environment = Map.of("CONTAINERS_STORAGE_CONF", storage.toString());
        QuickstartRun.paste(environment, run.command("podman"));
        String images = QuickstartRun.paste(environment, "podman images");
        assertTrue(images.contains("/quickstart/content "), images);
    }

    /** From a checkout that is not theirs to write in, with a name that is not ASCII. */
    @Test
    @Needs(programs = {"curl", "skopeo"})
    void aNormalUserPublishesAFile(@TempDir Path other) throws Exception {
        Path tree = Files.createDirectories(other.resolve("tree"));
        Path home = Files.createDirectories(other.resolve("home"));
        Checkout.quickstart(tree, Checkout.BUILT);
        Checkout.give(other);
        Checkout.give(folder);
        List<String> command =
                Words.of(
                        Checkout.normalUser(tree.resolve(Checkout.QUICKSTART)),
                        "sh",
                        "-c",
                        "file=$1/"
                                + ODD_NAME
                                + "; head -c 700000 /dev/urandom >\"$file\""
                                + " && id -u && exec \"$0\" \"$file\"",
                        tree.resolve(Checkout.QUICKSTART).toString(),
                        other.toString());
        Map<String, String> environment = Map.of("LC_ALL", "C", "HOME", home.toString());
        try (QuickstartRun run = start(environment, command.toArray(String[]::new))) {
            String said = run.await("Ctrl-C ends");
            assertFalse(said.startsWith("0\n"), said);
            assertTrue(said.contains("größe #1 at the origin as"), said);
            assertTrue(said.contains(": 2 blobs, 0.7 MB"), said);
            assertPulled(2, said);
            String curl = run.command("curl").replace("/tmp/quickstart.file", other + "/copy");
            String skopeo = run.command("skopeo").replace("/tmp/quickstart", other + "/copies");
            String layer = curl.substring(curl.indexOf("sha256:") + "sha256:".length());
            String same = " && cmp " + other + "/gr*1 " + other;
            QuickstartRun.paste(Map.of(), curl + " -fsS" + same + "/copy");
            QuickstartRun.paste(Map.of(), skopeo + same + "/copies/" + layer);
            for (String imagesOnly : List.of("podman", "docker", "ctr ")) {
                assertFalse(said.contains("  " + imagesOnly), said);
            }
            run.ctrlC();
            assertNothingIsLeft();
            try (Stream<Path> files = Files.list(home)) {
                assertEquals(List.of(), files.toList(), "files left at home");
            }
        }
    }

    @Test
    void buildsWhereNothingIsBuiltAndShowsHowFarItIs(@TempDir Path tree) throws Exception {
        Checkout.quickstart(tree, List.of());
        List<String> said =
                List.of(
                        "echo '[INFO] Building PeerEdge :: Ops :: Quick start 0.1.0-SNAPSHOT   [30/31]'",
                        "echo '[INFO]   from bundles/ops/quickstart/pom.xml'",
                        "echo \"[INFO] given: $*\"");
        String copy =
                "cd '%s' && cp -pr --parents %s '%s'"
                        .formatted(Distribution.root(), String.join(" ", Checkout.BUILT), tree);
        Checkout.program(
                tree.resolve("mvnw"),
                Words.of(said, copy, "echo '[INFO] BUILD SUCCESS'").toArray(String[]::new));
        Ran built = quickstart(tree, "not there");
        assertTrue(built.output().contains("Building PeerEdge; this takes some"), built.output());
        assertTrue(built.output().contains("\n  [30/31] Ops :: Quick start\n"), built.output());
        assertFalse(built.output().contains("[INFO]"), built.output());
        assertTrue(built.output().contains("\n  built in "), built.output());
        assertTrue(built.output().contains("there is no file or folder"), built.output());
        assertTrue(
                Files.readString(tree.resolve("karaf-distribution/target/quickstart-build.log"))
                        .contains("package -DskipTests"));
        Ran again = quickstart(tree, "not there");
        assertFalse(again.output().contains("Building"), again.output());
        Files.setLastModifiedTime(tree.resolve("pom.xml"), FileTime.from(Instant.now()));
        Checkout.program(
                tree.resolve("mvnw"), "echo '[ERROR] the plugin x could not be had'", "exit 1");
        Ran failed = quickstart(tree, "not there");
        assertEquals(1, failed.status(), failed.output());
        assertTrue(failed.output().contains("[ERROR] the plugin x could"), failed.output());
        assertTrue(failed.output().contains("quickstart: the build failed."), failed.output());
        assertFalse(failed.output().contains("there is no file"), failed.output());
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
    @ValueSource(strings = {"Starting an origin", "origin is ready"})
    void ctrlCLeavesNothingBehind(String when) throws Exception {
        try (QuickstartRun run = start(Map.of(), SCRIPT)) {
            run.await(when);
            run.ctrlC();
            assertNothingIsLeft();
        }
    }

    private QuickstartRun start(Map<String, String> environment, String... command)
            throws IOException {
        return new QuickstartRun(folder, environment, List.of(command));
    }

    /**
     * Two pulls at two edges, the second of three blobs, and the strategy changed on three nodes.
     */
    private static void assertPulled(int blobs, String said) {
        List<String> checked = ROW.matcher(said).results().map(row -> row.group(3)).toList();
        assertEquals(List.of("" + blobs, "" + blobs, "3", "3"), checked, said);
        assertEquals(3, said.lines().filter(l -> l.endsWith("| changed")).count(), said);
    }

    private Ran quickstart(Path tree, String what) {
        return Commands.run(
                Duration.ofMinutes(1),
                Map.of("TMPDIR", folder.toString()),
                List.of(tree.resolve(Checkout.QUICKSTART).toString(), "--exit", what));
    }

    private Ran quickstart(String... words) {
        return Commands.run(
                Duration.ofMinutes(5),
                Map.of("TMPDIR", folder.toString()),
                Words.of(List.of(SCRIPT), words));
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
