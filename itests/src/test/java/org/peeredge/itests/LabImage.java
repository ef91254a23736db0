// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image as it was made, to compare with what clients hold; its tag is {@code 1}.
 *
 * @param repository such as {@code library/mixed}
 * @param layout the OCI layout that it was published from
 * @param index digest of its index
 */
record LabImage(String repository, Path layout, String index) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Digest of the first architecture's configuration, which clients call the image's id. */
    String config() throws IOException {
        return first().get("config").get("digest").asText();
    }

    /** Bytes of the first architecture's layers and configuration. */
    long bytes() throws IOException {
        long sum = first().get("config").get("size").asLong();
        for (JsonNode layer : first().get("layers")) {
            sum += layer.get("size").asLong();
        }
        return sum;
    }

    /** Bytes of all that belongs to it, for all architectures. */
    long allBytes() throws IOException {
        try (Stream<Path> files = Files.list(layout.resolve("blobs/sha256"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Digests of the first architecture's layers. */
    Set<String> layers() throws IOException {
        return Stream.of(first().get("layers"))
                .flatMap(layers -> layers.valueStream())
                .map(layer -> layer.get("digest").asText())
                .collect(Collectors.toSet());
    }

    /** Digests of everything in an OCI layout, as the names of its files say. */
    static Set<String> blobs(Path layout) throws IOException {
        try (Stream<Path> files = Files.list(layout.resolve("blobs/sha256"))) {
            return files.map(file -> "sha256:" + file.getFileName()).collect(Collectors.toSet());
        }
    }

    private JsonNode first() throws IOException {
        return read(read(index).get("manifests").get(0).get("digest").asText());
    }

    private JsonNode read(String digest) throws IOException {
        return JSON.readTree(
                Files.readAllBytes(layout.resolve("blobs").resolve(digest.replace(':', '/'))));
    }
}
