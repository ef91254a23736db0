// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.boot;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * What a node is to come up with.
 *
 * @param repositories where features are described
 * @param features {@code name} or {@code name/version}
 */
record BootFeatures(List<URI> repositories, List<String> features) {

    /**
     * Reads Karaf's own configuration. Stages (parentheses) are not kept: they say in which order a
     * boot goes, and this is about what it left out.
     *
     * @param file {@code org.apache.karaf.features.cfg}
     * @throws IOException if it cannot be read
     */
    static BootFeatures read(Path file) throws IOException {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        return new BootFeatures(
                words(all.getProperty("featuresRepositories", "")).stream()
                        .map(URI::create)
                        .toList(),
                words(all.getProperty("featuresBoot", "")));
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split("[\\s,()]+", -1)).filter(w -> !w.isEmpty()).toList();
    }
}
