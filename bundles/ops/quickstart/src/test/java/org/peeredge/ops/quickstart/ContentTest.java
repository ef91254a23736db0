// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published of a file, a folder and an OCI layout. */
class ContentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/vnd.oci.image.";
    private static final String EMPTY =
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir private Path folder;
    private Path given;
    private Path work;

    @BeforeEach
    void folders() throws IOException {
        given = Files.createDirectory(folder.resolve("given"));
        work = Files.createDirectory(folder.resolve("work"));
    }

    @Test
    void aFileIsAnArtifactUnderItsName() throws Exception {
        for (String name : List.of("plain.bin", " a 'b' \"c\" \\ #1 %2f\n$x.txt", "oci-layout")) {
            Path file = Files.writeString(given.resolve(name), "content of " + name);
            Image image = Content.of(file, work);
            JsonNode manifest = JSON.readTree(image.manifest());
            assertEquals(
                    "application/vnd.peeredge.files.v1", manifest.path("artifactType").asText());
            JsonNode layer = manifest.path("layers").path(0);
            assertEquals(
                    name,
                    layer.path("annotations").path("org.opencontainers.image.title").asText());
            assertEquals(file, image.blobs().getLast().file());
            isWhatTheManifestNames(image);
        }
    }

    @Test
    void aFileOfNoBytesIsOneToo() throws Exception {
        Image image = Content.of(Files.createFile(given.resolve("empty")), work);
        assertEquals(EMPTY, image.blobs().getLast().digest());
        assertEquals(0, image.blobs().getLast().sizeBytes());
        isWhatTheManifestNames(image);
    }

    @Test
    void aLinkToAFileIsTheFile() throws Exception {
        Path file = Files.writeString(given.resolve("file"), "content");
        Path link = Files.createSymbolicLink(given.resolve("link"), file);
        Descriptor blob = Content.of(link, work).blobs().getLast();
        assertEquals(Digests.of(file), blob.digest());
        assertEquals("link", blob.title());
    }

    @Test
    void aFolderIsALayerWithAllThatIsInIt() throws Exception {
        String odd = "a 'b' \"c\" \\ #1 %2f\n$x";
        String deep = "d".repeat(120) + "/" + "e".repeat(120);
        Files.writeString(given.resolve(odd), "odd");
        Files.createDirectories(given.resolve(deep));
        Files.writeString(given.resolve(deep).resolve("-f"), "deep");
        Files.createFile(given.resolve("zero"));
        Image image = Content.of(given, work);
        isWhatTheManifestNames(image);
        Map<String, String> expected = new TreeMap<>();
        expected.put(odd, "odd");
        expected.put("d".repeat(120) + "/", "");
        expected.put(deep + "/", "");
        expected.put(deep + "/-f", "deep");
        expected.put("zero", "");
        assertEquals(expected, entries(image));
        assertEquals(expected, entries(Content.of(linkTo(given), fresh())), "through a link");
    }

    @Test
    void aFoldersConfigNamesWhatTheLayerUnpacksTo() throws Exception {
        Files.writeString(given.resolve("x"), "content");
        Image image = Content.of(given, work);
        JsonNode config = JSON.readTree(image.blobs().getFirst().file().toFile());
        assertEquals(
                Digests.ofGzipContent(image.blobs().getLast().file()),
                config.path("rootfs").path("diff_ids").path(0).asText());
        assertEquals(TYPE + "manifest.v1+json", image.mediaType());
    }

    @Test
    void anEmptyFolderIsALayerOfNothing() throws Exception {
        Image image = Content.of(given, work);
        isWhatTheManifestNames(image);
        assertEquals(Map.of(), entries(image));
    }

    @Test
    void linksInAFolderStayLinks() throws Exception {
        Files.createDirectory(given.resolve("dir"));
        Files.writeString(given.resolve("dir/file"), "content");
        Files.createSymbolicLink(given.resolve("to-file"), Path.of("dir/file"));
        Files.createSymbolicLink(given.resolve("to-dir"), Path.of("dir"));
        Files.createSymbolicLink(given.resolve("to-nothing"), Path.of("/not/there"));
        Files.createSymbolicLink(given.resolve("dir/round"), Path.of(".."));
        Map<String, String> expected = new TreeMap<>();
        expected.put("dir/", "");
        expected.put("dir/file", "content");
        expected.put("dir/round", "-> ..");
        expected.put("to-dir", "-> dir");
        expected.put("to-file", "-> dir/file");
        expected.put("to-nothing", "-> /not/there");
        assertEquals(expected, entries(Content.of(given, work)));
    }

    @Test
    void whatIsNeitherFileNorFolderIsRefused() throws Exception {
        Path socket = folder.resolve("s");
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(socket));
            IOException refused = assertThrows(IOException.class, () -> Content.of(socket, work));
            assertEquals(socket + " is neither a file nor a folder", refused.getMessage());
            Files.createSymbolicLink(given.resolve("socket"), socket);
            Files.move(socket, given.resolve("s"));
            assertEquals(
                    Map.of("socket", "-> " + socket), entries(Content.of(given, work)), "left out");
        }
    }

    @Test
    void ofALayoutTheFirstImageIsPublishedAsItIs() throws Exception {
        ObjectNode first = manifest("first");
        ObjectNode second = manifest("second");
        layout(index(first, second));
        isTheImage(first, Content.of(given, work));
        // The usual form for several architectures: an index in the index.
        layout(index(blob(TYPE + "index.v1+json", index(first, second))));
        isTheImage(first, Content.of(given, work));
        isTheImage(first, Content.of(linkTo(given), work));
    }

    @Test
    void aLayoutThatLacksSomethingIsRefusedWithTheReason() throws Exception {
        ObjectNode image = manifest("x");
        layout(index());
        assertTrue(refusal().contains("is not an OCI image layout with an image in it"));
        layout(index(JSON.createObjectNode().put("digest", "sha256:../../../etc/passwd")));
        assertTrue(refusal().contains("is not an OCI image layout with an image in it"));
        layout(index(image));
        Path layer = file(Digests.of("layer of x".getBytes(StandardCharsets.UTF_8)));
        Files.delete(layer);
        assertTrue(refusal().contains("lacks its blob sha256:" + layer.getFileName()));
    }

    private String refusal() {
        return String.valueOf(
                assertThrows(IOException.class, () -> Content.of(given, work)).getMessage());
    }

    private static void isTheImage(ObjectNode descriptor, Image image) throws IOException {
        assertEquals(descriptor.path("digest").asText(), Digests.of(image.manifest()));
        assertEquals(descriptor.path("mediaType").asText(), image.mediaType());
        isWhatTheManifestNames(image);
    }

    /** The blobs are config and layers of the manifest, and the files have those digests. */
    private static void isWhatTheManifestNames(Image image) throws IOException {
        JsonNode manifest = JSON.readTree(image.manifest());
        ArrayNode named = JSON.createArrayNode().add(manifest.path("config"));
        manifest.path("layers").forEach(named::add);
        assertEquals(named.size(), image.blobs().size());
        for (int i = 0; i < named.size(); i++) {
            Descriptor blob = image.blobs().get(i);
            assertEquals(named.get(i).path("digest").asText(), blob.digest());
            assertEquals(named.get(i).path("size").asLong(), blob.sizeBytes());
            assertEquals(named.get(i).path("mediaType").asText(), blob.mediaType());
            assertEquals(blob.digest(), Digests.of(blob.file()));
            assertEquals(blob.sizeBytes(), Files.size(blob.file()));
        }
    }

    /** Name and content (of a link: {@code -> target}) of what is in the one layer. */
    private static Map<String, String> entries(Image image) throws IOException {
        Map<String, String> all = new TreeMap<>();
        assertEquals(2, image.blobs().size());
        try (InputStream in = Files.newInputStream(image.blobs().getLast().file());
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new GzipCompressorInputStream(in))) {
            for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
                String content = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
                all.put(e.getName(), e.isSymbolicLink() ? "-> " + e.getLinkName() : content);
            }
        }
        return all;
    }

    private Path linkTo(Path target) throws IOException {
        Path link = folder.resolve("link");
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, target);
    }

    private Path fresh() throws IOException {
        return Files.createDirectory(folder.resolve("work2"));
    }

    private void layout(ObjectNode index) throws IOException {
        Files.writeString(given.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
        Files.write(given.resolve("index.json"), JSON.writeValueAsBytes(index));
    }

    private static ObjectNode index(ObjectNode... manifests) {
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
        index.putArray("manifests").addAll(List.of(manifests));
        return index;
    }

    /** Stores an image of one layer and gives its descriptor. */
    private ObjectNode manifest(String name) throws IOException {
        ObjectNode config = JSON.createObjectNode().put("author", name);
        byte[] layer = ("layer of " + name).getBytes(StandardCharsets.UTF_8);
        ObjectNode manifest = JSON.createObjectNode().put("schemaVersion", 2);
        manifest.set("config", blob(TYPE + "config.v1+json", config));
        manifest.putArray("layers").add(blob(TYPE + "layer.v1.tar", layer));
        return blob(TYPE + "manifest.v1+json", manifest);
    }

    private ObjectNode blob(String mediaType, JsonNode json) throws IOException {
        return blob(mediaType, JSON.writeValueAsBytes(json));
    }

    private ObjectNode blob(String mediaType, byte[] bytes) throws IOException {
        Path file = file(Digests.of(bytes));
        Files.createDirectories(given.resolve("blobs/sha256"));
        Files.write(file, bytes);
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", Digests.of(bytes))
                .put("size", bytes.length);
    }

    private Path file(String digest) {
        return given.resolve("blobs").resolve(digest.replace(':', '/'));
    }
}
