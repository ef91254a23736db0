// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.TestImage;
import org.peeredge.itests.lab.TestImage.Layer;

/**
 * An image that nobody in the lab has seen: what a pull of it moves.
 *
 * @param tag its tag in {@value #REPOSITORY}
 * @param layout the OCI layout that it was made in
 * @param blobs files of the layers and the configuration of the first architecture, the layers
 *     first; those of the other are as large
 * @param files whether clients take the blobs as so many files, by their names, and not the image
 */
record Content(String tag, Path layout, List<Path> blobs, boolean files) {
    static final String REPOSITORY = "bench/swarm";

    private static final ObjectMapper JSON = new ObjectMapper();

    static Content make(Path folder, String tag, long seed, List<Layer> layers) throws IOException {
        Path layout = Files.createDirectories(folder.resolve(tag));
        String index = TestImage.write(layout, seed, layers);
        JsonNode manifest =
                read(layout, read(layout, index).get("manifests").get(0).get("digest").asText());
        List<Path> blobs = new ArrayList<>();
        for (JsonNode layer : manifest.get("layers")) {
            blobs.add(file(layout, layer.get("digest").asText()));
        }
        blobs.add(file(layout, manifest.get("config").get("digest").asText()));
        return new Content(tag, layout, blobs, false);
    }

    /** The same, for clients that take files. */
    Content asFiles() {
        return new Content(tag, layout, blobs, true);
    }

    /** Bytes of all that a client takes. */
    double bytes() throws IOException {
        double sum = 0;
        for (Path blob : blobs) {
            sum += Files.size(blob);
        }
        return sum;
    }

    /** Puts it into the plain registry at {@code h0}. */
    void push(Lab lab) {
        List<String> words = new ArrayList<>(lab.inNetworkOf("h0"));
        words.addAll(List.of("skopeo", "copy", "--all", "--preserve-digests", "--quiet"));
        words.addAll(List.of("--dest-tls-verify=false", "oci:" + layout + ":1"));
        words.add("docker://127.0.0.1:5000/" + REPOSITORY + ":" + tag);
        Commands.run(Duration.ofMinutes(5), Map.of(), words).ok();
    }

    /** Digest of the first layer. */
    String firstLayer() {
        return "sha256:" + blobs.getFirst().getFileName();
    }

    private static JsonNode read(Path layout, String digest) throws IOException {
        return JSON.readTree(Files.readAllBytes(file(layout, digest)));
    }

    private static Path file(Path layout, String digest) {
        return layout.resolve("blobs").resolve(digest.replace(':', '/'));
    }
}
