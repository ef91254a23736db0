// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both archives as a user gets them: unpacked, started by their scripts where there is no network,
 * stopped.
 */
class AssemblyIT {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"edge", "full"})
    void startsTwiceWithoutNetworkAndLeavesNothingBehind(String name) throws Exception {
        try (Assembly assembly = Assembly.unpack(name, folder)) {
            Path report = Files.createDirectories(assembly.home().resolve("deploy"));
            BundleReport.write(report.resolve("report.jar"));
            assembly.makesMesh();
            assembly.script("start");
            String status = assembly.script("status", "--wait", "120");
            assertTrue(status.startsWith("ready"), status);

            assertEquals(List.of(), unusable(assembly), "bundles that are not usable");
            // Bundles of the framework that are stopped in the middle of the first boot can lock it
            // up.
            assertFalse(assembly.log().contains("Stopping bundles"), assembly.log());
            assertNoErrors(assembly);
            assertListensOnlyWhereItSays(assembly);
            assertRunsOnItsNatives(assembly);

            long pid = assembly.pid();
            assertTrue(assembly.script("start").contains("runs already"));
            assertEquals(pid, assembly.pid(), "a second start started something");

            assembly.script("stop");
            assertEquals(List.of(), assembly.leftovers(), "processes left behind");

            assembly.script("start");
            status = assembly.script("status", "--wait", "120");
            assertTrue(status.startsWith("ready"), status);
            assembly.script("stop");
            assertNoErrors(assembly);
            assertEquals(List.of(), assembly.leftovers(), "processes left behind");
        }
    }

    /**
     * The one of Karaf's features loses components when two threads start them at once; see {@code
     * features-processing.xml}, which a new Karaf may pass by.
     */
    @ParameterizedTest
    @ValueSource(strings = {"edge", "full"})
    void itsDeclarativeServicesAreTheMendedOnes(String name) throws Exception {
        try (Assembly assembly = Assembly.unpack(name, folder);
                Stream<Path> files = Files.walk(assembly.home().resolve("system"))) {
            assertEquals(
                    List.of("org.apache.felix.scr-2.2.18.jar"),
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> file.startsWith("org.apache.felix.scr-"))
                            .toList());
        }
    }

    /**
     * No class in an assembly calls what JDK 24 took away; a Karaf bundle that still does belongs
     * into jdk25.
     */
    @ParameterizedTest
    @ValueSource(strings = {"edge", "full"})
    void nothingInItCallsSubjectGetSubject(String name) throws Exception {
        try (Assembly assembly = Assembly.unpack(name, folder);
                Stream<Path> files = Files.walk(assembly.home())) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                assertEquals(List.of(), callers(jar), jar::toString);
            }
        }
    }

    private static void assertNoErrors(Assembly assembly) throws Exception {
        String log = assembly.log();
        assertEquals(
                List.of(), log.lines().filter(line -> line.contains("| ERROR |")).toList(), log);
    }

    private static List<String> callers(Path jar) throws Exception {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .filter(entry -> {
                        try (var in = file.getInputStream(entry)) {
                            return SubjectCalls.in(in.readAllBytes());
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .map(entry -> entry.getName())
                    .toList();
        }
    }

    /**
     * Fragments end as RESOLVED, all else as ACTIVE; the report itself is installed last, by the
     * deploy folder.
     */
    private static List<String> unusable(Assembly assembly) throws Exception {
        Path file = assembly.home().resolve("data/bundles.txt");
        assembly.inside(
                List.of(
                        "timeout",
                        "60",
                        "sh",
                        "-c",
                        "until grep -qs 'ACTIVE org.peeredge.itests.report' "
                                + file
                                + "; do sleep 0.1; done"));
        return Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("ACTIVE "))
                .filter(line -> !isFragment(line))
                .toList();
    }

    private static boolean isFragment(String line) {
        return line.startsWith("RESOLVED ")
                && Stream.of(
                                "io.netty.transport-native-epoll.",
                                "io.netty.tcnative-boringssl-static",
                                "org.apache.karaf.features.extension")
                        .anyMatch(line::contains);
    }

    /** What the JDK does in their place works too, at twice the cost: nobody would notice. */
    private static void assertRunsOnItsNatives(Assembly assembly) {
        Numbers numbers =
                Numbers.of(
                        assembly.inside(
                                List.of(
                                        "curl",
                                        "--fail",
                                        "--silent",
                                        "--show-error",
                                        "--max-time",
                                        "10",
                                        "http://127.0.0.1:7460/metrics")));
        assertEquals(1, numbers.get("peeredge_kernel_netty_boringssl_enabled"));
        assertEquals(1, numbers.get("peeredge_kernel_netty_epoll_enabled"));
    }

    /** TCP ports: channel and join door for peers on every address, everything else on loopback. */
    private static void assertListensOnlyWhereItSays(Assembly assembly) throws Exception {
        if (!assembly.hasNoNetwork()) {
            return; // other programs of this machine listen here too
        }
        List<String> open =
                assembly.inside(List.of("ss", "-Hltn"))
                        .lines()
                        .map(line -> line.strip().split("\\s+", -1)[3])
                        .filter(address ->
                                !address.matches("(\\[::ffff:)?127\\.0\\.0\\.1]?:(7450|7460|8101)"))
                        .filter(address ->
                                !address.matches("(0\\.0\\.0\\.0|\\*|\\[::]):(7440|7441)"))
                        .toList();
        assertEquals(List.of(), open, "listens where it should not");
    }
}
