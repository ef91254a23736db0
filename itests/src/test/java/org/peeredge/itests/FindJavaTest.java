// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Ran;

/**
 * {@code bin/find-java}, which every script of ours asks, on machines with other Javas than this
 * one: in a mount namespace where the usual folders are ours.
 */
class FindJavaTest {
    /** Those outside of the home folder, where they exist. */
    private static final List<String> USUAL =
            List.of("/usr/lib/jvm", "/usr/java", "/opt", "/usr/local");

    @TempDir private Path machine;
    private Path home;
    private Path bin;

    @BeforeEach
    void anEmptyMachine() throws IOException {
        Checkout.copy(machine, List.of(Checkout.FIND_JAVA, Checkout.QUICKSTART, Checkout.VERIFY));
        home = Files.createDirectory(machine.resolve("home"));
        bin = Files.createDirectory(machine.resolve("path"));
        for (String folder : USUAL) {
            Files.createDirectories(machine.resolve("root" + folder));
        }
    }

    @Test
    void takesJavaHomeBeforeAllOthers() throws Exception {
        Path named = java("anywhere/25", "25.0.1", true);
        onPath(java("anywhere/26", "26", true));
        java("home/jdk-27", "27", true);
        for (String kind : List.of("", "--jdk")) {
            assertEquals(named + "\n", find(Optional.of(named), kind).ok().output());
        }
    }

    @Test
    void takesTheOneOnThePathBeforeTheFolders() throws Exception {
        Path named = java("anywhere/21", "21.0.9", true);
        Path path = java("anywhere/26", "26-ea", true);
        onPath(path);
        java("home/jdk-25", "25", true);
        assertEquals(path + "\n", find(Optional.of(named), "--jdk").ok().output());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home/jdk-25.0.1+8",
                "home/.jdks/temurin-25",
                "home/.sdkman/candidates/java/25.0.1-tem",
                "root/opt/jdk-25.0.1+8",
                "root/usr/local/jdk-25"
            })
    void findsANewerOneInTheUsualFolders(String folder) throws Exception {
        Path newer = java(folder, "25.0.1", true);
        onPath(java("anywhere/1.8", "1.8.0_392", true));
        java("root/opt/jdk-17", "17.0.15", true);
        Path named = java("anywhere/21", "21.0.9", true);
        Ran ran = find(Optional.of(named), "--jdk").ok();
        assertEquals(seen(newer) + "\n", ran.output());
        assertEquals(seen(newer) + "\n", find(Optional.empty(), "").ok().output());
    }

    @Test
    void asksAJavaWithoutAReleaseFile() throws Exception {
        Path newer = java("home/jdk-one", "25.0.1", true);
        Path older = java("home/jdk-older", "17.0.15", true);
        Files.delete(newer.resolve("release"));
        Files.delete(older.resolve("release"));
        assertEquals(newer + "\n", find(Optional.of(older), "--jdk").ok().output());
    }

    @Test
    void wantsACompilerWhereOneIsNeeded() throws Exception {
        Path jre = java("anywhere/25", "25.0.1", false);
        onPath(java("anywhere/26", "26", false));
        assertEquals(jre + "\n", find(Optional.of(jre), "").ok().output());
        Ran none = find(Optional.of(jre), "--jdk");
        assertEquals(1, none.status(), none.output());
        assertTrue(
                none.output().contains("/anywhere/26 has no compiler (bin/javac)."), none.output());
        assertSaysWhatToGet(none, "jdk");
        Path jdk = java("home/.jdks/25", "25.0.2", true);
        assertEquals(jdk + "\n", find(Optional.of(jre), "--jdk").ok().output());
    }

    @Test
    void saysWhatToGetWhereThereIsNone() throws Exception {
        Ran none = find(Optional.of(machine.resolve("not-there")), "");
        assertEquals(1, none.status(), none.output());
        assertTrue(
                none.output().startsWith("PeerEdge needs Java 25 or newer, and none was found"),
                none.output());
        assertSaysWhatToGet(none, "jre");
    }

    @Test
    void saysWhichIsTheNewestWhereAllAreTooOld() throws Exception {
        Path newest = java("root/opt/jdk-21", "21.0.9", true);
        onPath(java("anywhere/17", "17.0.15", true));
        Ran old = find(Optional.of(java("anywhere/11", "11.0.2", true)), "--jdk");
        assertEquals(1, old.status(), old.output());
        String said = "the newest found here is 21, in " + seen(newest) + ".";
        assertTrue(old.output().contains(said), old.output());
        assertSaysWhatToGet(old, "jdk");
    }

    /** Before anything is installed, built or started. */
    @ParameterizedTest
    @ValueSource(strings = {Checkout.QUICKSTART, Checkout.VERIFY})
    void theTwoCommandsStopThere(String command) throws Exception {
        Path named = java("anywhere/17", "17.0.15", true);
        Ran ran = run(Optional.of(named), machine.resolve(command).toString());
        assertEquals(1, ran.status(), ran.output());
        assertTrue(ran.output().startsWith("PeerEdge needs Java 25 or newer"), ran.output());
        assertSaysWhatToGet(ran, "jdk");
    }

    /** The one Java that is not looked for: whoever runs Maven by hand chooses it. */
    @Test
    void mavenStopsOnAnOlderJavaWithASentence() throws Exception {
        Optional<Path> older = olderJdk();
        assumeTrue(older.isPresent(), "no JDK older than 25 is in /usr/lib/jvm");
        String repository = System.getProperty("maven.repo.local", "");
        String set = repository.isEmpty() ? "" : "-Dmaven.repo.local=" + repository;
        Ran ran =
                Commands.run(
                        Duration.ofMinutes(1),
                        Map.of("JAVA_HOME", older.orElseThrow().toString(), "MAVEN_OPTS", ""),
                        List.of(
                                "sh",
                                "-c",
                                "cd \"$0\" && exec ./mvnw -o -q -N ${1:+\"$1\"} validate",
                                Distribution.root().toString(),
                                set));
        assertEquals(1, ran.status(), ran.output());
        assertTrue(
                ran.output()
                        .contains(
                                "PeerEdge is built with JDK 25 or newer. Set JAVA_HOME to one and"
                                        + " run this again, or run itests/verify"),
                ran.output());
    }

    private static Optional<Path> olderJdk() throws IOException {
        Path folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(folder)) {
            return homes.filter(h -> Files.isExecutable(h.resolve("bin/javac")))
                    .filter(h -> major(h) >= 17 && major(h) < 25)
                    .findFirst();
        }
    }

    private static int major(Path home) {
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(l -> l.startsWith("JAVA_VERSION="))
                    .map(l -> l.replaceAll("[^0-9.]", "").replaceAll("\\..*", ""))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    private static void assertSaysWhatToGet(Ran ran, String kind) {
        String said = ran.output();
        assertTrue(said.contains("apt install openjdk-25-" + kind + "-headless"), said);
        assertTrue(said.contains("dnf install java-25-openjdk-"), said);
        assertTrue(said.contains("https://adoptium.net/temurin/releases/?version=25"), said);
        assertTrue(said.endsWith("Then run this again.\n"), said);
        assertFalse(said.contains("not found\n"), said);
    }

    /** A Java that can say its version, and has a compiler or not. */
    private Path java(String folder, String version, boolean compiler) throws IOException {
        Path java = machine.resolve(folder);
        Checkout.program(
                java.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
        if (compiler) {
            Checkout.program(java.resolve("bin/javac"), "exit 1");
        }
        Files.writeString(
                java.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return java;
    }

    /** As distributions do it: by a link. */
    private void onPath(Path java) throws IOException {
        for (String program : List.of("java", "javac")) {
            Path target = java.resolve("bin/" + program);
            if (Files.exists(target)) {
                Files.createSymbolicLink(bin.resolve(program), target);
            }
        }
    }

    /** A folder of the machine as whoever is on it sees it. */
    private String seen(Path folder) {
        return folder.toString().replace(machine + "/root/", "/");
    }

    private Ran find(Optional<Path> javaHome, String kind) {
        String script = machine.resolve(Checkout.FIND_JAVA).toString();
        return kind.isEmpty() ? run(javaHome, script) : run(javaHome, script, kind);
    }

    private Ran run(Optional<Path> javaHome, String... command) {
        List<String> words = new ArrayList<>(List.of("unshare", "--mount"));
        if (!Checkout.root()) {
            words.add("--map-root-user");
        }
        assumeTrue(
                Commands.run(Duration.ofSeconds(10), Map.of(), Words.of(words, "true")).status()
                        == 0,
                "this user may not make a mount namespace");
        StringBuilder mounts = new StringBuilder();
        for (String folder : USUAL) {
            mounts.append(
                    "if [ -d %2$s ]; then mount --bind %1$s/root%2$s %2$s || exit 99; fi\n"
                            .formatted(machine, folder));
        }
        words.addAll(List.of("sh", "-c", mounts + "exec \"$@\"", "sh"));
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", home.toString());
        environment.put("PATH", bin + ":/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("JAVA_HOME", javaHome.map(Path::toString).orElse(""));
        return Commands.run(Duration.ofSeconds(30), environment, Words.of(words, command));
    }
}
