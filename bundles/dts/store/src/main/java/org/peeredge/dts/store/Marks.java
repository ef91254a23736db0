// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.store.Journal.Change;

/** What the index knows of a blob beside its file: pinned, confined, last used. */
final class Marks {
    private static final String FLAGS = "f/";
    private static final int PINNED = 1;
    private static final int CONFINED = 2;

    private final Index index;

    Marks(Index index) {
        this.index = index;
    }

    boolean pinned(Digest digest) {
        return (flags(digest) & PINNED) != 0;
    }

    BlobInfo info(Digest digest, long sizeBytes) {
        int flags = flags(digest);
        return new BlobInfo(digest, sizeBytes, (flags & PINNED) != 0, (flags & CONFINED) != 0);
    }

    void pin(Digest digest, boolean pinned) throws IOException {
        int flags = flags(digest);
        set(digest, pinned ? flags | PINNED : flags & ~PINNED);
    }

    void confine(Digest digest) throws IOException {
        set(digest, flags(digest) | CONFINED);
    }

    /** Forgets a blob that is gone. */
    void drop(Digest digest) throws IOException {
        if (flags(digest) != 0) {
            set(digest, 0);
        }
        index.changeSoon(List.of(new Change(Index.SOFT + digest, null)));
    }

    Optional<Use> use(Digest digest) {
        return Optional.ofNullable(index.get(Index.SOFT + digest)).flatMap(Use::read);
    }

    /** Keeps how blobs were used; does not wait. */
    void used(Map<Digest, Use> uses) {
        List<Change> changes = new ArrayList<>();
        uses.forEach((digest, use) -> changes.add(new Change(Index.SOFT + digest, use.write())));
        if (!changes.isEmpty()) {
            index.changeSoon(changes);
        }
    }

    /** Forgets what is known of blobs that are not among {@code here}. */
    void retain(Set<Digest> here) throws IOException {
        List<Change> gone = new ArrayList<>();
        for (String prefix : List.of(FLAGS, Index.SOFT)) {
            Collection<String> keys =
                    index.range(prefix, true, prefix + Character.MAX_VALUE).keySet();
            for (String key : keys) {
                if (!here.contains(Digest.parse(key.substring(prefix.length())))) {
                    gone.add(new Change(key, null));
                }
            }
        }
        if (!gone.isEmpty()) {
            index.change(gone);
        }
    }

    private int flags(Digest digest) {
        byte[] value = index.get(FLAGS + digest);
        return value == null || value.length != 1 ? 0 : value[0];
    }

    private void set(Digest digest, int flags) throws IOException {
        if (flags != flags(digest)) {
            byte[] value = flags == 0 ? null : new byte[] {(byte) flags};
            index.change(List.of(new Change(FLAGS + digest, value)));
        }
    }
}
