// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.peeredge.dts.store.Journal.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MVStore file. One map from fact to value, and the number of the last durable batch. Called by
 * the index's thread alone: an interrupt inside MVStore would close it for good, and nobody
 * interrupts that thread. MVStore's own background thread stays off for the same reason.
 */
final class IndexFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexFile.class);
    private static final String SEQ = "seq";
    private static final String FORMAT = "format";
    private static final byte VERSION = 1;
    private static final int ERROR_FILE_LOCKED = 7;
    private static final int ERROR_UNSUPPORTED_FORMAT = 5;
    private static final long SMALLEST_WORTH_COMPACTING = 8 << 20;
    private static final int COMPACT_MILLIS = 200;

    private final MVStore store;
    private final MVMap<String, byte[]> facts;
    private final MVMap<String, byte[]> meta;

    private IndexFile(MVStore store) {
        this.store = store;
        this.facts = store.openMap("facts");
        this.meta = store.openMap("meta");
    }

    /**
     * Opens the file, or makes it.
     *
     * @return empty when what is there is damaged; it has been moved aside
     * @throws IOException when another process has it open or a newer version wrote it
     */
    static Optional<IndexFile> open(Path path) throws IOException {
        boolean fresh = !Files.exists(path);
        MVStore store = null;
        try {
            store =
                    new MVStore.Builder()
                            .fileName(path.toString())
                            .autoCommitDisabled()
                            .cacheSize(1)
                            .open();
            // Every durable batch is synced, so old chunks need not be kept against reordering.
            store.setRetentionTime(1000);
            IndexFile index = new IndexFile(store);
            if (fresh) {
                index.meta.put(FORMAT, new byte[] {VERSION});
                store.commit();
            }
            index.checkFormat(path);
            index.readAll();
            return Optional.of(index);
        } catch (MVStoreException e) {
            closeQuietly(store);
            if (e.getErrorCode() == ERROR_FILE_LOCKED) {
                throw new IOException(
                        "another process has " + path + " open: stop it, or set another dir", e);
            }
            if (e.getErrorCode() == ERROR_UNSUPPORTED_FORMAT) {
                throw newer(path, e);
            }
            if (DiskFull.is(e)) {
                throw new IOException(e);
            }
            moveAside(path, e);
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            // A damaged page shows as any of these inside MVStore's readers, a wild length even
            // as a lack of memory. Moving the file aside is harmless: the journal has it all.
            closeQuietly(store);
            moveAside(path, e);
            return Optional.empty();
        }
    }

    /** Everything in it. */
    Map<String, byte[]> readAll() {
        Map<String, byte[]> all = new TreeMap<>();
        facts.forEach(all::put);
        return all;
    }

    /** The number of the last durable batch. */
    long seq() {
        byte[] value = meta.get(SEQ);
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    /** Replaces everything. */
    void replace(Map<String, byte[]> all, long seq) {
        facts.clear();
        all.forEach(facts::put);
        commit(List.of(), seq);
        store.sync();
    }

    /** Applies changes; they are durable after {@link #sync}. */
    void commit(List<Change> changes, long seq) {
        for (Change change : changes) {
            byte[] value = change.value();
            if (value == null) {
                facts.remove(change.key());
            } else {
                facts.put(change.key(), value);
            }
        }
        meta.put(SEQ, ByteBuffer.allocate(Long.BYTES).putLong(0, seq).array());
        store.commit();
    }

    void sync() {
        store.sync();
    }

    /** Gives unused space back when the file is much larger than what is in it. */
    void compact(long liveBytes) {
        long size = store.getFileStore().size();
        if (size > SMALLEST_WORTH_COMPACTING && size > 8 * liveBytes) {
            store.compactFile(COMPACT_MILLIS);
        }
    }

    /** Closes without writing: after a failed write, what was committed before is good. */
    void abandon() {
        closeQuietly(store);
    }

    @Override
    public void close() {
        store.close();
    }

    private void checkFormat(Path path) throws IOException {
        byte[] format = meta.get(FORMAT);
        if (format == null) {
            throw new IllegalStateException("no format entry in the index");
        }
        if (format.length != 1 || format[0] != VERSION) {
            closeQuietly(store);
            throw newer(path, null);
        }
    }

    private static IOException newer(Path path, @org.jspecify.annotations.Nullable Exception why) {
        return new IOException(
                path
                        + " was written by another version: run that version, or move the file away"
                        + " and let it be rebuilt",
                why);
    }

    private static void closeQuietly(@org.jspecify.annotations.Nullable MVStore store) {
        if (store == null) {
            return;
        }
        try {
            store.closeImmediately();
        } catch (RuntimeException | Error e) {
            LOG.debug("store: index close failed", e);
        }
    }

    /** Keeps the newest damaged file for a look at it; an older one is overwritten. */
    private static void moveAside(Path path, Throwable why) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".damaged");
        LOG.warn(
                "store: the index {} is damaged and is rebuilt from the files; the damaged one is"
                        + " kept as {}. Check the disk if this happens again.",
                path,
                aside,
                why);
        Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    }
}
