// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The built distributions, unpacked where tests run them from. */
public final class Distribution {
    private Distribution() {}

    /**
     * The checkout's top folder: the nearest one above the working folder that has {@code mvnw}.
     */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("not inside a checkout");
        }
        return folder;
    }

    /**
     * Unpacks {@code full} or {@code edge} below {@code into}.
     *
     * @return the unpacked folder
     */
    public static Path unpack(String kind, Path into) throws IOException {
        Path archive = archive(kind);
        Path folder = Files.createDirectories(into.resolve(kind));
        Commands.must(
                "tar", "-xzf", archive.toString(), "-C", folder.toString(), "--strip-components=1");
        return folder;
    }

    /**
     * The tar.gz of {@code full} or {@code edge}: from the folder that the system property {@code
     * peeredge.dist.dir} names, else where the build puts it.
     */
    public static Path archive(String kind) throws IOException {
        String other = System.getProperty("peeredge.dist.dir", "");
        Path folder =
                other.isEmpty()
                        ? root().resolve("karaf-distribution/" + kind + "/target")
                        : Path.of(other);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f ->
                            f.getFileName()
                                    .toString()
                                    .matches("peeredge-" + kind + "-.*\\.tar\\.gz"))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalStateException(
                                    "build the distributions first: ./mvnw package"));
        }
    }
}
