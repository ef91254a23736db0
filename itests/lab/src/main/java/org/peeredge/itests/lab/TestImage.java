// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.peeredge.ops.quickstart.Digests;

/**
 * A multi-arch image of incompressible layers as an OCI layout, the same bytes for the same seed,
 * so that digests can be compared and nothing is fetched.
 */
public final class TestImage {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/vnd.oci.image.";

    private TestImage() {}

    /** How a layer is packed. */
    public enum Packing {
        GZIP("tar+gzip"),
        ZSTD("tar+zstd");

        private final String suffix;

        Packing(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * Writes an image into a new OCI layout with the tag {@code 1}.
     *
     * @param layers bytes and packing of each layer; both architectures share all but their last
     *     one
     * @return digest of the index
     */
    public static String write(Path layout, long seed, List<Layer> layers) throws IOException {
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
        List<Packed> shared = new ArrayList<>();
        for (int i = 0; i < layers.size() - 1; i++) {
            shared.add(layer(blobs, seed, i, layers.get(i), ""));
        }
        ArrayNode manifests = JSON.createArrayNode();
        for (String architecture : List.of("amd64", "arm64")) {
            List<Packed> all = new ArrayList<>(shared);
            if (!layers.isEmpty()) {
                int last = layers.size() - 1;
                all.add(layer(blobs, seed, last, layers.get(last), architecture));
            }
            ObjectNode entry = manifest(blobs, all, architecture);
            entry.putObject("platform").put("architecture", architecture).put("os", "linux");
            manifests.add(entry);
        }
        ObjectNode index =
                JSON.createObjectNode()
                        .put("schemaVersion", 2)
                        .put("mediaType", TYPE + "index.v1+json");
        index.set("manifests", manifests);
        ObjectNode stored = store(blobs, JSON.writeValueAsBytes(index), TYPE + "index.v1+json");
        ObjectNode top = JSON.createObjectNode().put("schemaVersion", 2);
        ObjectNode entry = stored.deepCopy();
        entry.putObject("annotations").put("org.opencontainers.image.ref.name", "1");
        top.putArray("manifests").add(entry);
        Files.write(layout.resolve("index.json"), JSON.writeValueAsBytes(top));
        return stored.get("digest").asText();
    }

    /**
     * One layer.
     *
     * @param salt changes its bytes, also where image and place are the same
     */
    public record Layer(int bytes, Packing packing, long salt) {
        /** A layer without salt. */
        public Layer(int bytes, Packing packing) {
            this(bytes, packing, 0);
        }
    }

    /** A layer in the layout: the digest of its tar, and its descriptor. */
    private record Packed(String diffId, ObjectNode descriptor) {}

    /** Writes a layer; {@code architecture} is empty where both share it. */
    private static Packed layer(Path blobs, long seed, int place, Layer layer, String architecture)
            throws IOException {
        // The hash of an empty text is 0.
        long salt = layer.salt() + architecture.hashCode();
        Random random = new Random(seed + 1_000L * place + salt);
        byte[] tar = tar("layer" + place + architecture + ".bin", layer.bytes(), random);
        Packing packing = layer.packing();
        return new Packed(
                Digests.of(tar),
                store(blobs, pack(tar, packing), TYPE + "layer.v1." + packing.suffix));
    }

    private static ObjectNode manifest(Path blobs, List<Packed> layers, String architecture)
            throws IOException {
        ObjectNode config =
                JSON.createObjectNode().put("architecture", architecture).put("os", "linux");
        config.putObject("config").putArray("Cmd").add("/none");
        ObjectNode rootfs = config.putObject("rootfs").put("type", "layers");
        ArrayNode diffIds = rootfs.putArray("diff_ids");
        ArrayNode list = JSON.createArrayNode();
        for (Packed layer : layers) {
            diffIds.add(layer.diffId());
            list.add(layer.descriptor());
        }
        ObjectNode manifest =
                JSON.createObjectNode()
                        .put("schemaVersion", 2)
                        .put("mediaType", TYPE + "manifest.v1+json");
        manifest.set(
                "config", store(blobs, JSON.writeValueAsBytes(config), TYPE + "config.v1+json"));
        manifest.set("layers", list);
        return store(blobs, JSON.writeValueAsBytes(manifest), TYPE + "manifest.v1+json");
    }

    private static ObjectNode store(Path blobs, byte[] bytes, String mediaType) throws IOException {
        String digest = Digests.of(bytes);
        Files.write(blobs.resolve(digest.substring("sha256:".length())), bytes);
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", digest)
                .put("size", bytes.length);
    }

    private static byte[] tar(String name, int bytes, Random random) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes + 10_240);
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(bytes);
            entry.setModTime(0L);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    private static byte[] pack(byte[] tar, Packing packing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(tar.length);
        try (OutputStream packed =
                packing == Packing.GZIP ? new GZIPOutputStream(out) : new ZstdOutputStream(out)) {
            packed.write(tar);
        }
        return out.toByteArray();
    }

    /**
     * Puts an OCI layout's image into a registry's folder, under {@code repository:tag}, with
     * skopeo over loopback.
     */
    public static void publish(Path layout, Path storage, String repository, String tag)
            throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (UpstreamRegistry registry =
                UpstreamRegistry.start(List.of(), "127.0.0.1", port, storage)) {
            Commands.must(
                    "skopeo",
                    "copy",
                    "--all",
                    "--preserve-digests",
                    "--dest-tls-verify=false",
                    "oci:" + layout + ":1",
                    "docker://127.0.0.1:" + registry.port() + "/" + repository + ":" + tag);
        }
    }
}
