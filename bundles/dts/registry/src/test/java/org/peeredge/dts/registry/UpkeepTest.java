// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.tag.TagAnswers;
import org.peeredge.dts.registry.util.StoreWriter;

/** What the registry does by time, while nobody asks it anything. */
final class UpkeepTest {
    private static final byte[] BASE = "base layer".getBytes(UTF_8);
    private static final byte[] FIRST = "first layer".getBytes(UTF_8);
    private static final byte[] SECOND = "second layer".getBytes(UTF_8);
    private static final byte[] CONFIG = "{}".getBytes(UTF_8);

    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        // The shortest expiry: upkeep every second.
        node = new TestNode(folder, Map.of("upload_expiry_seconds", 10));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void abandonedUploadsGoWithoutAnyRequest() throws Exception {
        HttpResponse<byte[]> begun =
                node.send(
                        node.pushRequest("/v2/lab/x/blobs/uploads/").POST(BodyPublishers.noBody()));
        assertEquals(202, begun.statusCode());
        assertEquals(1, node.counted("peeredge_dts_registry_uploads"));
        node.clock.advance(Duration.ofSeconds(11));
        await(() -> node.counted("peeredge_dts_registry_uploads") == 0);
        await(() -> uploadFiles() == 0);
        assertEquals(
                404, node.send(node.pushRequest(TestNode.header(begun, "Location"))).statusCode());
    }

    private long uploadFiles() {
        try (var files = Files.list(folder.resolve("uploads"))) {
            return files.count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aMovedTagLetsGoOfWhatNoOtherTagNeeds() throws Exception {
        Digest old = publish("lab/x", "1", BASE, FIRST);
        publish("lab/other", "1", BASE);
        assertTrue(pinned(old) && pinned(FIRST) && pinned(BASE));
        Digest current = publish("lab/x", "1", SECOND);
        await(() -> !pinned(old) && !pinned(FIRST));
        assertTrue(pinned(current) && pinned(SECOND) && pinned(CONFIG));
        assertTrue(pinned(BASE), "another tag's layer");
        // It is not deleted.
        assertEquals(200, node.get("/v2/lab/x/manifests/" + old).statusCode());
        assertEquals(Map.of(), remembered());
    }

    @Test
    void anIndexHoldsAllBelowItAndLetsGoOfIt() throws Exception {
        node.pushBlob("lab/x", CONFIG);
        node.pushBlob("lab/x", FIRST);
        byte[] child = TestNode.manifest(CONFIG, FIRST);
        Digest childDigest = StoreWriter.digest(child, "sha256");
        String byDigest = childDigest.toString();
        assertEquals(
                201, node.pushManifest("lab/x", byDigest, TestNode.MANIFEST, child).statusCode());
        byte[] index = TestNode.index(child);
        assertEquals(201, node.pushManifest("lab/x", "1", TestNode.INDEX, index).statusCode());
        // Another tag of the same image moves away; the index still needs all of it.
        assertEquals(201, node.pushManifest("lab/y", "1", TestNode.MANIFEST, child).statusCode());
        publish("lab/y", "1", SECOND);
        await(() -> remembered().isEmpty());
        assertTrue(pinned(childDigest) && pinned(FIRST));
        publish("lab/x", "1", SECOND);
        await(() -> !pinned(childDigest) && !pinned(FIRST));
        assertFalse(pinned(StoreWriter.digest(index, "sha256")));
        assertTrue(pinned(CONFIG) && pinned(SECOND));
    }

    @Test
    void aTagThatMovesBackKeepsItsContent() throws Exception {
        Digest first = publish("lab/x", "1", FIRST);
        publish("lab/x", "1", SECOND);
        publish("lab/x", "1", FIRST);
        await(() -> !pinned(SECOND));
        assertTrue(pinned(first) && pinned(FIRST));
    }

    @Test
    void aMembersNewerTagLetsGoOfOurs(@TempDir Path other) throws Exception {
        Digest old = publish("lab/x", "1", FIRST);
        try (TestNode member = new TestNode(other, Map.of())) {
            TestNode.connect(node, member);
            member.pushImage("lab/x", "1", SECOND);
            // It learns that when somebody asks it for the tag.
            assertEquals(200, node.get("/v2/lab/x/manifests/1").statusCode());
            await(() -> !pinned(old) && !pinned(FIRST));
        }
    }

    @Test
    void nothingRunsOnceTheRegistryIsClosed() throws Exception {
        await(() -> timers() > 0);
        long before = timers();
        node.close();
        assertEquals(before - 1, timers());
    }

    private static long timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(RegistryConfig.PID + "-timer-"))
                .count();
    }

    /** Publishes an image of these layers. */
    private Digest publish(String repo, String tag, byte[]... layers) throws Exception {
        node.pushBlob(repo, CONFIG);
        for (byte[] layer : layers) {
            node.pushBlob(repo, layer);
        }
        byte[] manifest = TestNode.manifest(CONFIG, layers);
        assertEquals(201, node.pushManifest(repo, tag, TestNode.MANIFEST, manifest).statusCode());
        return StoreWriter.digest(manifest, "sha256");
    }

    private boolean pinned(byte[] content) {
        return pinned(StoreWriter.digest(content, "sha256"));
    }

    private boolean pinned(Digest digest) {
        return node.store.pinned.contains(digest);
    }

    /** Old manifests that are not let go of yet. */
    private Map<String, byte[]> remembered() {
        return node.store.records(TagAnswers.RECORDS).scan("o/", "", 100);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within 20 s");
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
