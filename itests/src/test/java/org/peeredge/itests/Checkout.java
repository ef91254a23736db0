// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Ran;

/** Parts of a checkout at another place, that a user without rights may read and write. */
final class Checkout {
    static final String QUICKSTART = "karaf-distribution/quickstart";
    static final String VERIFY = "itests/verify";
    static final String FIND_JAVA = "karaf-distribution/src/main/resources/bin/find-java";

    /** What the build makes and the quick start runs. */
    static final List<String> BUILT =
            List.of(
                    "karaf-distribution/full/target/peeredge-full-*.tar.gz",
                    "karaf-distribution/edge/target/peeredge-edge-*.tar.gz",
                    "bundles/ops/quickstart/target/org.peeredge.ops.quickstart-*.jar",
                    "bundles/ops/quickstart/target/lib");

    /** Where the quick start looks for what is newer than what is built. */
    private static final List<String> SOURCES = List.of("pom.xml", "bundles", "features");

    private static final String NOBODY = "65534";

    private Checkout() {}

    /**
     * Copies files, folders or shell patterns of this checkout to the same places below {@code to};
     * they keep their times.
     */
    static Path copy(Path to, List<String> what) throws IOException {
        Commands.must(
                "sh",
                "-c",
                "cd '%s' && cp -pr --parents %s '%s'"
                        .formatted(Distribution.root(), String.join(" ", what), to));
        return give(to);
    }

    /** Everything that the quick start needs, when {@code built} is there already or not. */
    static Path quickstart(Path to, List<String> built) throws IOException {
        for (String source : SOURCES.subList(1, SOURCES.size())) {
            Files.createDirectories(to.resolve(source));
        }
        return copy(to, Words.of(built, SOURCES.getFirst(), QUICKSTART, FIND_JAVA));
    }

    /** Makes a program of {@code lines} of shell. */
    static Path program(Path file, String... lines) throws IOException {
        Files.createDirectories(file.resolve("..").normalize());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertTrue(file.toFile().setExecutable(true, false));
        return give(file);
    }

    /** Gives a file or a folder and all in it to the normal user. */
    static Path give(Path to) {
        if (root()) {
            Commands.must("chown", "-R", NOBODY + ":" + NOBODY, to.toString());
        }
        return to;
    }

    /**
     * The words that run a command as a normal user: none for whoever is one; for root, who becomes
     * nobody.
     *
     * @param tree what that user must be able to read; the test is skipped where it is not
     */
    static List<String> normalUser(Path tree) {
        if (!root()) {
            return List.of();
        }
        List<String> words =
                List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
        for (Path file : List.of(tree, Path.of(System.getProperty("java.home"), "bin/java"))) {
            Ran ran =
                    Commands.run(
                            Duration.ofSeconds(10),
                            Map.of(),
                            Words.of(words, "test", "-x", file.toString()));
            Assumptions.assumeTrue(ran.status() == 0, "another user than root cannot use " + file);
        }
        return words;
    }

    static boolean root() {
        return System.getProperty("user.name").equals("root");
    }
}
