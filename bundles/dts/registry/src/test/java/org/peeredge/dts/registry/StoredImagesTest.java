// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.NodeId;

/** What those who keep whole images are told of a node's. */
final class StoredImagesTest {
    private static final NodeId OTHER = new NodeId("f".repeat(40));
    private static final byte[] CONFIG = "{}".getBytes(UTF_8);
    private static final byte[] LAYER = "a layer".getBytes(UTF_8);
    private static final String NAME = "up.example/lab/x:1";

    @TempDir Path folder;
    private Origin origin;
    private TestNode node;
    private Images images;

    @BeforeEach
    void start() throws Exception {
        origin = new Origin("lab/up");
        node = node("node", Map.of());
        images = node.images();
    }

    private TestNode node(String name, Map<String, Object> more) throws Exception {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put("upstreams", origin.as("up.example"));
        config.put("default_upstream", "up.example");
        return new TestNode(folder.resolve(name), config);
    }

    @AfterEach
    void stop() {
        node.close();
        origin.close();
    }

    private static Digest digest(byte[] bytes) {
        return StoreWriter.digest(bytes, "sha256");
    }

    private static Part part(byte[] bytes) {
        return new Part(digest(bytes), bytes.length);
    }

    @Test
    void whatWasPushedHereIsPublished() throws Exception {
        assertEquals(List.of(), images.published());
        byte[] manifest = node.pushImage("lab/x", "1", LAYER);
        Name name = images.published().getFirst();
        assertEquals(NAME, name.text());
        assertEquals(digest(manifest), name.manifest());
        assertEquals(node.mesh.self(), name.node());
        assertTrue(name.timeMillis() > 0);
        assertEquals(Optional.of(name), images.find(NAME));
        assertEquals(Optional.of(name), images.find("lab/x:1"), "of the default registry");
    }

    @Test
    void whatOnlyTheUpstreamHasIsFoundOnceItWasSeen() throws Exception {
        Digest manifest = origin.image("1", LAYER);
        assertEquals(Optional.empty(), images.find("up.example/lab/up:1"));
        assertEquals(200, node.get("/v2/lab/up/manifests/1").statusCode());
        Name seen = new Name("up.example/lab/up:1", manifest, 0, node.mesh.self());
        assertEquals(Optional.of(seen), images.find("up.example/lab/up:1"));
        assertEquals(List.of(), images.published());
    }

    @Test
    void aDigestIsANameAndNonsenseIsNone() throws Exception {
        Digest digest = digest(LAYER);
        Name byDigest = new Name(digest.toString(), digest, 0, node.mesh.self());
        assertEquals(Optional.of(byDigest), images.find(digest.toString()));
        for (String nonsense :
                List.of("", "x", "lab/x", "lab/X:1", "lab/x:", ":1", "sha256:12", "a b/x:1")) {
            assertEquals(Optional.empty(), images.find(nonsense), nonsense);
        }
    }

    @Test
    void theContentIsTheManifestAndWhatIsHereBelowIt() throws Exception {
        byte[] manifest = node.pushImage("lab/x", "1", LAYER);
        assertEquals(
                Set.of(part(manifest), part(CONFIG), part(LAYER)),
                Set.copyOf(images.content(digest(manifest))));
        node.store.delete(digest(LAYER));
        assertEquals(
                Set.of(part(manifest), part(CONFIG)), Set.copyOf(images.content(digest(manifest))));
        node.store.delete(digest(manifest));
        assertEquals(List.of(), images.content(digest(manifest)));
    }

    @Test
    void whatMayNotLeaveTheNodeIsNoContent() throws Exception {
        byte[] manifest = node.pushImage("lab/x", "1", LAYER);
        node.store.confine(digest(LAYER));
        assertEquals(
                Set.of(part(manifest), part(CONFIG)), Set.copyOf(images.content(digest(manifest))));
        node.store.confine(digest(manifest));
        assertEquals(List.of(), images.content(digest(manifest)));
    }

    @Test
    void anothersNameIsKeptUnlessANewerOneIsKnown() throws Exception {
        Name old = new Name(NAME, digest(LAYER), 1_000, OTHER);
        Name current = new Name(NAME, digest(CONFIG), 2_000, OTHER);
        images.keep(current, false);
        images.keep(old, true);
        assertEquals(Optional.of(current), images.find(NAME));
        assertEquals(List.of(), images.published(), "it is not this node's");
        images.keep(new Name("no name", digest(LAYER), 3_000, OTHER), true);
        images.keep(new Name(digest(LAYER).toString(), digest(LAYER), 3_000, OTHER), true);
        assertEquals(Optional.of(current), images.find(NAME));
    }

    @Test
    void onlyOriginsNamesAreKeptWhereThatIsConfigured() throws Exception {
        try (TestNode careful = node("careful", Map.of("tag_publishers", "origin"))) {
            Name name = new Name(NAME, digest(LAYER), 1_000, OTHER);
            careful.images().keep(name, false);
            assertEquals(Optional.empty(), careful.images().find(NAME));
            careful.images().keep(name, true);
            assertEquals(Optional.of(name), careful.images().find(NAME));
        }
    }

    @Test
    void unpinnedIsWhatNoTagOfThisNodeNeeds() throws Exception {
        byte[] manifest = node.pushImage("lab/x", "1", LAYER);
        Digest other = node.pushBlob("lab/x", new byte[] {1});
        node.store.pin(other, true);
        images.unpin(Set.of(other, digest(manifest), digest(LAYER)));
        assertEquals(Set.of(digest(manifest), digest(CONFIG), digest(LAYER)), node.store.pinned);
    }
}
