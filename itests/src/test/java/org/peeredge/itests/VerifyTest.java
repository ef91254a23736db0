// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Ran;

/**
 * What {@code itests/verify} says of what it skips, to a user who may install nothing. Maven's part
 * is played by a script that leaves reports such as surefire writes.
 */
class VerifyTest {
    /** What the script itself uses; the programs of the tests are not among them. */
    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "readlink",
                    "dirname",
                    "sed",
                    "id",
                    "sort",
                    "tr",
                    "mktemp",
                    "rm",
                    "find",
                    "grep",
                    "basename",
                    "cat",
                    "mkdir",
                    "uname");

    private @TempDir Path tree;
    private Path path;

    @BeforeEach
    void aMachineWithoutPackages() throws IOException {
        path = Files.createDirectory(tree.resolve("path"));
        for (String tool : TOOLS) {
            String file = Commands.must("sh", "-c", "command -v " + tool).strip();
            Checkout.program(path.resolve(tool), "exec " + file + " \"$@\"");
        }
        Checkout.copy(tree, List.of(Checkout.VERIFY, Checkout.FIND_JAVA));
    }

    @Test
    void listsWhatWasSkippedAndWhy() throws Exception {
        Instant now = Instant.now();
        report(now.minusSeconds(3600), "OldTest", "<skipped message=\"long ago\"/>");
        Instant later = now.plusSeconds(3600);
        report(
                later,
                "ClientsIT",
                "<skipped message=\"needs root, for network namespaces and the Debian packages"
                        + " podman\"/>",
                "<skipped message=\"says &quot;a &lt; b &amp;&amp; c&quot;\"/>");
        report(
                later,
                "SomeTest",
                "<skipped type=\"org.opentest4j.TestAbortedException\"><![CDATA["
                        + "org.opentest4j.TestAbortedException: Assumption failed: no such disk",
                "\tat org.peeredge.SomeTest.some(SomeTest.java:1)",
                "]]></skipped>");
        report(later, "FineTest", "<system-out/>");
        Ran ran = verify("exit 3");
        assertEquals(3, ran.status(), ran.output());
        assertTrue(
                ran.output()
                        .endsWith(
                                """
                                SKIPPED, and why:
                                  ClientsIT: needs root, for network namespaces and the Debian packages podman
                                  ClientsIT: says "a < b && c"
                                  SomeTest: no such disk
                                """),
                ran.output());
    }

    @Test
    void saysWhatItMayNotDoAndPassesItsWordsOn() throws Exception {
        Ran ran = verify("echo \"Maven: $JAVA_HOME $*\"").ok();
        String home = System.getProperty("java.home");
        assertTrue(ran.output().contains("JDK: " + home + "\n"), ran.output());
        assertTrue(
                ran.output()
                        .contains(
                                "Maven: "
                                        + home
                                        + " -ntp verify -Dpeeredge.schedules=500 -pl a b\n"),
                ran.output());
        String packages =
                ran.output()
                        .lines()
                        .filter(l -> l.startsWith("Tests that need these packages are skipped: "))
                        .findFirst()
                        .orElse("");
        assertTrue(packages.contains(" containerd curl docker-registry "), ran.output());
        assertTrue(packages.contains(" podman "), ran.output());
        assertTrue(ran.output().contains("Not root: tests in network namespaces"), ran.output());
        assertFalse(ran.output().contains("Installing"), ran.output());
        assertFalse(ran.output().contains("SKIPPED"), ran.output());
    }

    private Ran verify(String... maven) throws IOException {
        Checkout.program(tree.resolve("mvnw"), maven);
        Path script = Checkout.give(tree).resolve(Checkout.VERIFY);
        List<String> words = Words.of(Checkout.normalUser(script), script.toString(), "-pl", "a b");
        return Commands.run(
                Duration.ofSeconds(30),
                Map.of("PATH", path + "", "JAVA_HOME", System.getProperty("java.home")),
                words);
    }

    private void report(Instant written, String name, String... lines) throws IOException {
        Path reports = Files.createDirectories(tree.resolve("bundles/x/target/surefire-reports"));
        Path report =
                Files.writeString(
                        reports.resolve("TEST-org.peeredge.x." + name + ".xml"),
                        "<testsuite>\n  <testcase name=\"a\">\n    "
                                + String.join("\n    ", lines)
                                + "\n  </testcase>\n</testsuite>\n");
        Files.setLastModifiedTime(report, FileTime.from(written));
    }
}
