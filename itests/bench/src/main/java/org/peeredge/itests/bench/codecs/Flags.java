// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.peeredge.itests.lab.Distribution;

/** Flags of the JVMs in which is measured. */
enum Flags {
    /** Those of full nodes. */
    NODE,
    /** As if the CPU had AVX2 and no more, for what the JVM compiles. */
    AVX2,
    /** Without vectors. */
    PLAIN,
    /**
     * Compilers do not wait: what is compiled in the end is the same, but a node takes a hundred
     * thousand blocks until then.
     */
    SOON;

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    /** The benchmark's own objects are off the heap, too, and larger than a node's. */
    private static final String MEMORY = "-XX:MaxDirectMemorySize=4g";

    List<String> arguments() throws IOException {
        Path file =
                Distribution.root()
                        .resolve("karaf-distribution/full/src/main/resources/bin/jvm.options");
        return arguments(Files.readAllLines(file));
    }

    /** Of the lines of {@code bin/jvm.options}. */
    List<String> arguments(List<String> lines) {
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            boolean taken = !line.isBlank() && !line.startsWith("#");
            if (taken && !left(line)) {
                all.add(line.strip());
            }
        }
        all.add(MEMORY);
        if (this == AVX2) {
            all.add("-XX:UseAVX=2");
        }
        return all;
    }

    private boolean left(String line) {
        return switch (this) {
            case NODE, AVX2 -> false;
            case PLAIN -> line.equals(VECTORS);
            case SOON -> line.startsWith("-XX:Tier") || line.startsWith("-XX:CompileCommand");
        };
    }

    /** As part of a name. */
    String label() {
        return switch (this) {
            case NODE -> "";
            case AVX2 -> ", AVX2";
            case PLAIN -> ", plain Java";
            case SOON -> ", compiled soon";
        };
    }
}
