// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.Commands;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * A node whose data folder is a small file system that others fill: what clients are told, and that
 * all is well again when there is room. The full node is the origin, since it has the shell.
 */
@Needs(rootFor = "a small file system", programs = "fallocate")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FullDiskIT {
    private static final int MIB = 1 << 20;
    private static final long DISK_BYTES = 224L * MIB;
    private static final int LARGE_BYTES = 96 * MIB;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Path disk;
    private TestNodes nodes;
    private NodeProcess full;
    private NodeProcess source;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        disk = Files.createDirectories(folder.resolve("origin/data"));
        Commands.must(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + DISK_BYTES,
                "peeredge-test",
                disk.toString());
        nodes =
                new TestNodes(
                        folder,
                        Map.of("org.peeredge.dts.store", Map.of("reserve.free.bytes", "1048576")));
        full = nodes.origin();
        source = nodes.edges(1).getFirst();
    }

    @AfterAll
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
        if (disk != null) {
            Commands.must("umount", disk.toString());
        }
    }

    @AfterEach
    void theStoreIsSoundAndServes() throws Exception {
        makeRoom();
        JsonNode report = nodes.json("dts:store-check").get(0);
        assertEquals(0, report.get("damaged").asInt(), report::toString);
        assertEquals(0, report.get("reindexed").asInt(), report::toString);
        assertEquals(0, TestNodes.metric(full, "peeredge_dts_store_index_rebuilds_total"));
        String name = "lab/after" + System.nanoTime();
        TestNodes.push(full, name, "1", nodes.image(System.nanoTime(), 300_000));
        TestNodes.pull(source, name, "1");
        TestNodes.push(source, name, "2", nodes.image(System.nanoTime(), 300_000));
        TestNodes.pull(full, name, "2");
    }

    @Test
    @Order(1)
    void aPullThatDoesNotFitIsRefusedAndSaysWhatToDo() throws Exception {
        // More than what the store could drop to make room.
        int stored = (int) TestNodes.metric(full, "peeredge_dts_store_stored_bytes");
        Image image = nodes.image(11, 12 * MIB + stored);
        TestNodes.push(source, "lab/big", "1", image);
        leave(6 * MIB);
        String layer = image.blobs().getLast().digest();
        HttpResponse<byte[]> refused = get("/v2/lab/big/blobs/" + layer);
        assertUnavailable(refused, "no room for");
        assertUnavailable(refused, "reserve.free.bytes");
        assertTrue(TestNodes.metric(full, "peeredge_dts_store_full_refusals_total") >= 1);
        assertThrows(IOException.class, () -> TestNodes.pull(full, "lab/big", "1"));

        makeRoom();
        TestNodes.pull(full, "lab/big", "1");
    }

    @Test
    void aDiskThatIsFilledDuringAPullEndsItAndTheNextOneFetchesTheRest() throws Exception {
        Image image = nodes.image(12, LARGE_BYTES);
        TestNodes.push(source, "lab/large", "1", image);
        String layer = image.blobs().getLast().digest();
        AtomicLong read = new AtomicLong();
        String half = Long.toString(DISK_BYTES - disk().getUsableSpace() + LARGE_BYTES / 2);
        Process shrinker =
                new ProcessBuilder(
                                "sh", "-c", "read go; mount -o remount,size=" + half + " " + disk)
                        .redirectErrorStream(true)
                        .start();
        Path partial =
                TestNodes.data(full).resolve("store/partial").resolve(layer.replace(':', '-'));
        Thread pull = Thread.ofVirtual().start(() -> drain("/v2/lab/large/blobs/" + layer, read));
        while (!Files.exists(partial) && pull.isAlive()) {
            Thread.onSpinWait(); // the first half takes less than a second
        }
        shrinker.outputWriter().append("go\n").close();
        int status = shrinker.waitFor();
        long then = TestNodes.received(full);
        assertEquals(0, status, "there was less room before half of the blob was here: " + then);
        pull.join();
        assertTrue(read.get() < LARGE_BYTES, "the client saw an error, not a whole blob");
        assertUnavailable(get("/v2/lab/large/blobs/" + layer), "free");

        makeRoom();
        long before = TestNodes.received(full);
        TestNodes.pull(full, "lab/large", "1");
        long again = TestNodes.received(full) - before;
        assertTrue(again < LARGE_BYTES, () -> "fetched all " + again + " bytes again");
    }

    @Test
    void aPushOntoAFullDiskIsRefusedAndWorksLater() throws Exception {
        Image image = nodes.image(13, 4 * MIB);
        TestNodes.push(full, "lab/before", "1", nodes.image(14, 200_000));
        leave(0);
        String auth = "Basic " + basic(TestNodes.pushToken(full));
        HttpResponse<byte[]> refused =
                send(
                        HttpRequest.newBuilder(
                                        TestNodes.uri(
                                                full,
                                                "/v2/lab/pushed/blobs/uploads/?digest="
                                                        + image.blobs().getLast().digest()))
                                .header("Authorization", auth)
                                .POST(
                                        HttpRequest.BodyPublishers.ofFile(
                                                image.blobs().getLast().file()))
                                .build());
        assertUnavailable(refused, "");
        // What was there is served from a full disk, with its tag.
        TestNodes.pull(full, "lab/before", "1");

        makeRoom();
        TestNodes.push(full, "lab/pushed", "1", image);
        TestNodes.pull(source, "lab/pushed", "1");
    }

    @Test
    void aNodeKilledOnAFullDiskStartsWithAllItHad() throws Exception {
        TestNodes.push(full, "lab/kept", "1", nodes.image(15, 2 * MIB));
        List<String> digests = TestNodes.pull(full, "lab/kept", "1");
        Image big = nodes.image(16, 12 * MIB);
        TestNodes.push(source, "lab/more", "1", big);
        byte[] manifest = get("/v2/lab/kept/manifests/1").body();
        leave(0);
        assertThrows(IOException.class, () -> TestNodes.pull(full, "lab/more", "1"));
        Map<String, Integer> tags = tagUntilRefused(manifest);
        full.kill();
        makeRoom();
        TestNodes.restart(full);
        for (Map.Entry<String, Integer> tag : tags.entrySet()) {
            boolean there = get("/v2/lab/kept/manifests/" + tag.getKey()).statusCode() == 200;
            assertEquals(tag.getValue() == 201, there, () -> "what it said is true: " + tag);
        }
        TestNodes.await("the edge is back", () -> TestNodes.connected(full) == 1);
        assertEquals(digests, TestNodes.pull(full, "lab/kept", "1"));
        assertEquals(0, TestNodes.received(full));
        assertFalse(Files.exists(TestNodes.data(full).resolve("store/index.mv.damaged")));
        TestNodes.pull(full, "lab/more", "1");
    }

    /**
     * Names an image again and again, until the index has no room: tags and the answers to them.
     */
    private Map<String, Integer> tagUntilRefused(byte[] manifest) throws Exception {
        Map<String, Integer> tags = new LinkedHashMap<>();
        for (int i = 0; i < 500 && !tags.containsValue(503); i++) {
            leave(0);
            String tag = "t".repeat(100) + i;
            HttpResponse<byte[]> answer =
                    send(
                            HttpRequest.newBuilder(
                                            TestNodes.uri(full, "/v2/lab/kept/manifests/" + tag))
                                    .header(
                                            "Authorization",
                                            "Basic " + basic(TestNodes.pushToken(full)))
                                    .header(
                                            "Content-Type",
                                            "application/vnd.oci.image.manifest.v1+json")
                                    .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest))
                                    .build());
            tags.put(tag, answer.statusCode());
            if (answer.statusCode() != 201) {
                assertUnavailable(answer, "");
            }
        }
        assertTrue(tags.containsValue(503), "the index takes no more");
        return tags;
    }

    /** Somebody else takes all of the disk but so many bytes. */
    private void leave(long bytes) throws IOException {
        FileStore store = disk();
        int n = 0;
        // Twice, since what a node has in its hands may come between.
        for (long free = store.getUsableSpace(); free > bytes && n < 10; n++) {
            String file = disk.resolve("ballast" + System.nanoTime()).toString();
            Commands.run(
                    java.time.Duration.ofSeconds(20),
                    Map.of(),
                    List.of("fallocate", "-l", Long.toString(free - bytes), file));
            free = store.getUsableSpace();
        }
        assertTrue(store.getUsableSpace() <= bytes, "the disk is full");
    }

    private FileStore disk() throws IOException {
        return Files.getFileStore(disk);
    }

    private void makeRoom() throws IOException {
        Commands.must("mount", "-o", "remount,size=" + DISK_BYTES, disk.toString());
        try (Stream<Path> files = Files.list(disk)) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith("ballast")).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void assertUnavailable(HttpResponse<byte[]> answer, String words)
            throws IOException {
        assertEquals(503, answer.statusCode());
        String body = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
        JsonNode error = JSON.readTree(body).get("errors").get(0);
        assertEquals("UNAVAILABLE", error.get("code").asText(), body);
        assertTrue(error.get("message").asText().contains(words), body);
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(TestNodes.uri(full, path)).build());
    }

    private static HttpResponse<byte[]> send(HttpRequest request)
            throws IOException, InterruptedException {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    /** Reads until the end, or until the node cuts it. */
    private void drain(String path, AtomicLong read) {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = TestNodes.uri(full, path).toURL().openStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read.addAndGet(n);
            }
        } catch (IOException cut) {
            // the test looks at what was read
        }
    }

    private static String basic(String token) {
        return Base64.getEncoder()
                .encodeToString(
                        ("peeredge:" + token).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
