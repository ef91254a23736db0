// SPDX-License-Identifier: Apache-2.0
package org.peeredge.karaf.jdk25;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes a copy of a jar in which {@link SubjectRewrite} has changed what it knows; entry order and
 * dates stay.
 */
public final class PatchJar {
    private PatchJar() {}

    /**
     * {@code PatchJar OUT_DIR JAR...}: writes OUT_DIR/NAME of each jar.
     *
     * @throws IllegalStateException if a jar needs no change: then Karaf has been mended, and this
     *     module can go
     */
    public static void main(String[] args) throws IOException {
        Path out = Files.createDirectories(Path.of(args[0]));
        for (int i = 1; i < args.length; i++) {
            Path jar = Path.of(args[i]);
            if (patch(jar, out.resolve(jar.getFileName())).isEmpty()) {
                throw new IllegalStateException(
                        jar.getFileName()
                                + " needs no change for JDK 25 any more: remove it from"
                                + " karaf-distribution/jdk25/pom.xml and from features-processing.xml");
            }
        }
    }

    /**
     * Copies {@code from} to {@code to}, patched; returns the names of the classes that were
     * changed.
     */
    static List<String> patch(Path from, Path to) throws IOException {
        List<String> changed = new ArrayList<>();
        try (JarFile in = new JarFile(from.toFile());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
            for (JarEntry entry : in.stream().toList()) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                Optional<byte[]> rewritten =
                        entry.getName().endsWith(".class")
                                ? SubjectRewrite.apply(bytes)
                                : Optional.empty();
                if (rewritten.isPresent()) {
                    changed.add(entry.getName());
                }
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTimeLocal(entry.getTimeLocal());
                out.putNextEntry(copy);
                out.write(rewritten.orElse(bytes));
                out.closeEntry();
            }
        }
        return changed;
    }
}
