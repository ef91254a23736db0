// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.MemoryStore;
import org.peeredge.dts.registry.tag.Pins.Named;
import org.peeredge.dts.registry.tag.TagTable.Kind;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;

/** Two images that share a layer, and an index of one of them. */
final class PinsTest {
    private static final NodeId SELF = new NodeId("a".repeat(40));
    private static final NodeId OTHER = new NodeId("b".repeat(40));
    private static final UpstreamRef REPO = new UpstreamRef("docker.io", "lab/x");

    private final MemoryStore store = new MemoryStore();
    private final Map<Digest, Named> manifests = new HashMap<>();
    private final Digest base = blob("base");
    private final Digest first = blob("first");
    private final Digest second = blob("second");
    private final Digest one = manifest("one", List.of(base, first), List.of());
    private final Digest two = manifest("two", List.of(base, second), List.of());
    private final Digest index = manifest("index", List.of(), List.of(one));
    private final TagTable tags = new TagTable(store.records(TagAnswers.RECORDS));
    private boolean unreadable;
    private final Pins pins = new Pins(store, SELF, this::named);

    private Digest blob(String content) {
        byte[] bytes = content.getBytes(UTF_8);
        Digest digest = StoreWriter.digest(bytes, "sha256");
        store.blobs.put(digest, bytes);
        return digest;
    }

    private Digest manifest(String content, List<Digest> blobs, List<Digest> children) {
        Digest digest = blob(content);
        manifests.put(digest, new Named(blobs, children));
        return digest;
    }

    private Named named(Digest digest) {
        if (unreadable) {
            throw new RetryLaterException("the store cannot be read");
        }
        return manifests.getOrDefault(digest, new Named(List.of(), List.of()));
    }

    private void tag(String tag, Digest manifest, NodeId node) {
        tags.offer(Kind.PUBLISHED, REPO, tag, new Tag(manifest, 1_000, node));
    }

    private void pinAll() throws Exception {
        pins.pin(index);
        pins.pin(two);
        assertEquals(Set.of(base, first, second, one, two, index), store.pinned);
    }

    @Test
    void pinningTakesAllBelowThatIsHere() throws Exception {
        store.delete(first);
        pins.pin(index);
        assertEquals(Set.of(index, one, base), store.pinned);
        assertEquals(Set.of(index, one, base, first), pins.below(index));
    }

    @Test
    void unpinLetsGoOfWhatIsNamed() throws Exception {
        pinAll();
        pins.unpin(Set.of(two, second));
        assertEquals(Set.of(base, first, one, index), store.pinned);
    }

    @Test
    void unpinKeepsWhatIsBelowATagOfThisNode() throws Exception {
        pinAll();
        tag("1", index, SELF);
        pins.unpin(Set.of(base, first, second, one, two, index));
        assertEquals(Set.of(base, first, one, index), store.pinned);
    }

    @Test
    void unpinKeepsNothingForTagsOfOthersOrOfUpstreams() throws Exception {
        pinAll();
        tag("1", one, OTHER);
        tags.offer(Kind.SEEN, REPO, "2", new Tag(two, 1_000, SELF));
        pins.unpin(Set.of(base, first, second, one, two, index));
        assertEquals(Set.of(), store.pinned);
    }

    @Test
    void unpinLeavesAloneWhatIsNotHere() throws Exception {
        pinAll();
        Digest unknown = StoreWriter.digest(new byte[] {1}, "sha256");
        pins.unpin(Set.of(unknown, second));
        assertTrue(store.pinned.contains(first));
        assertEquals(5, store.pinned.size());
    }

    /** In between, no tag seems to need what was pinned. */
    @Test
    void unpinWaitsForAPublication() throws Exception {
        pinAll();
        try (Pins.Publication _ = pins.publication()) {
            assertThrows(RetryLaterException.class, () -> pins.unpin(Set.of(second)));
            assertTrue(store.pinned.contains(second));
        }
        pins.unpin(Set.of(second));
        assertTrue(!store.pinned.contains(second));
    }

    @Test
    void unpinDoesNothingWhereTagsCannotBeRead() throws Exception {
        pinAll();
        tag("1", one, SELF);
        unreadable = true;
        assertThrows(RetryLaterException.class, () -> pins.unpin(Set.of(base, second)));
        assertEquals(6, store.pinned.size());
        unreadable = false;
        pins.unpin(Set.of(base, second)); // the lock is free again
        assertEquals(Set.of(base, first, one, two, index), store.pinned);
    }

    @Test
    void releaseWaitsForAPublicationAndForTheStore() throws Exception {
        pinAll();
        tag("1", one, SELF);
        pins.moved(two);
        try (Pins.Publication _ = pins.publication()) {
            pins.release();
        }
        unreadable = true;
        pins.release();
        assertEquals(6, store.pinned.size());
        unreadable = false;
        pins.release();
        assertEquals(Set.of(base, first, one, index), store.pinned);
        assertTrue(store.records(TagAnswers.RECORDS).scan("o/", "", 1).isEmpty());
    }
}
