// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.store.Journal.Change;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.PeerEdgeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small facts by name: in memory for readers, in MVStore and a journal for the next start. All
 * writing happens on one loop that nobody interrupts; callers wait for it without being
 * interruptible themselves. Writers that come together share one commit. After a failed write (a
 * full disk) the file is closed, memory stays as it was, and the next write opens it anew and
 * brings it in line with memory.
 */
final class Index implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Index.class);
    private static final int MAX_BATCH = 1000;

    /** Facts that may be lost (times of last use) begin with this and are not journaled. */
    static final String SOFT = "u/";

    private final StoreFiles files;
    private final Loop loop;
    private final Journal journal;
    private final ConcurrentSkipListMap<String, byte[]> facts = new ConcurrentSkipListMap<>();
    private final AtomicLong liveBytes = new AtomicLong();
    private final ConcurrentLinkedQueue<Pending> pending = new ConcurrentLinkedQueue<>();
    private @Nullable IndexFile file;
    private long seq;
    private volatile boolean rebuilt;

    private record Pending(List<Change> changes, boolean durable, CompletableFuture<Void> done) {}

    private interface Work {
        void run() throws IOException;
    }

    private Index(StoreFiles files, Loop loop) {
        this.files = files;
        this.loop = loop;
        this.journal = new Journal(files.journal());
    }

    /** Opens the index on {@code loop}, which it does not close. */
    static Index open(StoreFiles files, Loop loop) throws IOException {
        Index index = new Index(files, loop);
        index.onLoop(index::load);
        return index;
    }

    /** Whether the index was lost or damaged and comes from the journal. */
    boolean rebuilt() {
        return rebuilt;
    }

    byte @Nullable [] get(String key) {
        return facts.get(key);
    }

    /** The facts from {@code from} on, before {@code to}; a live view. */
    SortedMap<String, byte[]> range(String from, boolean inclusive, String to) {
        return facts.subMap(from, inclusive, to, false);
    }

    /** Bytes of keys and values. */
    long liveBytes() {
        return liveBytes.get();
    }

    /** Changes facts; returns when they are durable. */
    void change(List<Change> changes) throws IOException {
        await(submit(changes, true));
    }

    /** Changes facts that may be lost; does not wait. */
    void changeSoon(List<Change> changes) {
        var _ =
                submit(changes, false)
                        .exceptionally(failure -> {
                            LOG.debug("store: soft facts not written", failure);
                            return null;
                        });
    }

    /** Writes what is pending and closes; the loop stays. */
    @Override
    public void close() throws IOException {
        onLoop(() -> {
            drain();
            IndexFile open = file;
            file = null;
            if (open != null) {
                open.sync();
                open.close();
            }
            journal.close();
        });
    }

    private CompletableFuture<Void> submit(List<Change> changes, boolean durable) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        pending.add(new Pending(changes, durable, done));
        execute(this::drain);
        return done;
    }

    private void drain() {
        while (true) {
            List<Pending> batch = new ArrayList<>();
            for (Pending p = pending.poll(); p != null; p = pending.poll()) {
                batch.add(p);
                if (batch.size() == MAX_BATCH) {
                    break;
                }
            }
            if (batch.isEmpty()) {
                return;
            }
            Throwable failure = write(batch);
            for (Pending p : batch) {
                if (failure == null) {
                    p.done.complete(null);
                } else {
                    p.done.completeExceptionally(failure);
                }
            }
        }
    }

    private @Nullable Throwable write(List<Pending> batch) {
        List<Change> all = batch.stream().flatMap(p -> p.changes.stream()).toList();
        List<Change> hard = all.stream().filter(c -> !c.key().startsWith(SOFT)).toList();
        try {
            IndexFile open = opened();
            long next = hard.isEmpty() ? seq : seq + 1;
            open.commit(all, next);
            if (batch.stream().anyMatch(Pending::durable)) {
                open.sync();
            }
            if (!hard.isEmpty()) {
                journal.append(next, hard);
            }
            seq = next;
            all.forEach(this::remember);
            if (journal.worthRewriting()) {
                journal.rewrite(seq, hardFacts());
            }
            open.compact(liveBytes.get());
            return null;
        } catch (IOException | RuntimeException | Error e) {
            // Errors too: a caller waits for the answer.
            IndexFile broken = file;
            file = null;
            if (broken != null) {
                broken.abandon();
            }
            return DiskFull.is(e) ? DiskFull.error(files.root(), e) : e;
        }
    }

    /** The open file; after a failure it is opened again and made equal to memory. */
    private IndexFile opened() throws IOException {
        IndexFile open = file;
        if (open == null) {
            open = IndexFile.open(files.index()).or(this::openAgain).orElseThrow();
            file = open;
            open.replace(facts, seq);
            journal.rewrite(seq, hardFacts());
        }
        return open;
    }

    private Optional<IndexFile> openAgain() {
        try {
            return IndexFile.open(files.index());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * MVStore opens a file that was cut short at an older state. The journal's number shows that:
     * then, as when the file is damaged or gone, the journal is believed. A batch counts when it is
     * in both: one that the index has and the journal has not was refused (a disk with room for the
     * one and not for the other) or never answered, and is taken back.
     */
    private void load() throws IOException {
        Optional<IndexFile> opened = IndexFile.open(files.index());
        boolean damaged = opened.isEmpty();
        IndexFile open = opened.or(this::openAgain).orElseThrow();
        file = open;
        Journal.Replay replay = Journal.read(files.journal());
        if (replay.badLines() > 0) {
            LOG.debug("store: {} lines of the journal are not readable", replay.badLines());
        }
        if (damaged || replay.seq() > open.seq()) {
            rebuilt = true;
            seq = replay.seq();
            open.replace(replay.facts(), seq);
            LOG.warn(
                    "store: {} facts (tags, marks) were brought back from the journal, {} lines of"
                            + " it were not readable. Nothing needs to be done unless tags are"
                            + " missing: then publish them again.",
                    replay.facts().size(),
                    replay.badLines());
            replay.facts().forEach((key, value) -> remember(new Change(key, value)));
        } else {
            Map<String, byte[]> all = open.readAll();
            seq = open.seq();
            if (replay.whole() && replay.seq() == seq - 1) {
                all.keySet().removeIf(key -> !key.startsWith(SOFT));
                all.putAll(replay.facts());
                seq = replay.seq();
                open.replace(all, seq);
            }
            all.forEach((key, value) -> remember(new Change(key, value)));
        }
        if (rebuilt || replay.seq() != seq || !replay.whole()) {
            journal.rewrite(seq, hardFacts());
        }
    }

    private Map<String, byte[]> hardFacts() {
        ConcurrentSkipListMap<String, byte[]> hard = new ConcurrentSkipListMap<>(facts);
        hard.subMap(SOFT, SOFT + Character.MAX_VALUE).clear();
        return hard;
    }

    private void remember(Change change) {
        byte[] value = change.value();
        byte[] before = value == null ? facts.remove(change.key()) : facts.put(change.key(), value);
        long delta = value == null ? 0 : change.key().length() + value.length;
        liveBytes.addAndGet(delta - (before == null ? 0 : change.key().length() + before.length));
    }

    private void onLoop(Work work) throws IOException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        execute(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        await(done);
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the store is closed", e);
        }
    }

    /** {@code join} keeps waiting through an interrupt and leaves the mark set. */
    private void await(CompletableFuture<Void> done) throws IOException {
        if (loop.inLoop()) {
            throw new IllegalStateException("the index's own thread cannot wait for itself");
        }
        try {
            done.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException io) {
                throw new IOException(io.getMessage(), io);
            }
            if (cause instanceof PeerEdgeException error) {
                throw error;
            }
            throw new IllegalStateException("the index failed: " + cause, cause);
        }
    }
}
