// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An image or artifact ready to be published (OCI image specification 1.1, image manifest).
 *
 * @param blobs config and layers
 * @param manifest the manifest's bytes
 * @param mediaType of the manifest
 */
public record Image(List<Descriptor> blobs, byte[] manifest, String mediaType) {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String EMPTY = "application/vnd.oci.empty.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bytes in all blobs. */
    public long sizeBytes() {
        return blobs.stream().mapToLong(Descriptor::sizeBytes).sum();
    }

    /**
     * A runnable-looking image of gzip layers.
     *
     * @param layers tar.gz files
     * @param work where the config is written
     */
    public static Image ofLayers(List<Path> layers, Path work) throws IOException {
        ObjectNode config = JSON.createObjectNode();
        config.put("architecture", "amd64").put("os", "linux");
        ObjectNode rootfs = config.putObject("rootfs").put("type", "layers");
        ArrayNode diffIds = rootfs.putArray("diff_ids");
        List<Descriptor> described = new java.util.ArrayList<>();
        for (Path layer : layers) {
            diffIds.add(Digests.ofGzipContent(layer));
            described.add(describe("application/vnd.oci.image.layer.v1.tar+gzip", layer, ""));
        }
        Path file = work.resolve("config.json");
        Files.write(file, JSON.writeValueAsBytes(config));
        return assemble(describe(CONFIG, file, ""), described, "");
    }

    /** An artifact of plain files (section "Guidelines for artifact usage"). */
    public static Image ofFiles(List<Path> files, String layerType, Path work) throws IOException {
        Path empty = work.resolve("empty.json");
        Files.writeString(empty, "{}");
        List<Descriptor> layers = new java.util.ArrayList<>();
        for (Path file : files) {
            layers.add(describe(layerType, file, file.getFileName().toString()));
        }
        return assemble(describe(EMPTY, empty, ""), layers, "application/vnd.peeredge.files.v1");
    }

    private static Descriptor describe(String mediaType, Path file, String title)
            throws IOException {
        return new Descriptor(mediaType, Digests.of(file), Files.size(file), file, title);
    }

    private static Image assemble(Descriptor config, List<Descriptor> layers, String artifactType)
            throws IOException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("schemaVersion", 2).put("mediaType", MANIFEST);
        if (!artifactType.isEmpty()) {
            manifest.put("artifactType", artifactType);
        }
        manifest.set("config", json(config));
        ArrayNode list = manifest.putArray("layers");
        layers.forEach(l -> list.add(json(l)));
        List<Descriptor> all = new java.util.ArrayList<>(layers);
        all.addFirst(config);
        return new Image(List.copyOf(all), JSON.writeValueAsBytes(manifest), MANIFEST);
    }

    private static ObjectNode json(Descriptor d) {
        ObjectNode node = JSON.createObjectNode();
        node.put("mediaType", d.mediaType()).put("digest", d.digest()).put("size", d.sizeBytes());
        if (!d.title().isEmpty()) {
            node.putObject("annotations").put("org.opencontainers.image.title", d.title());
        }
        return node;
    }
}
