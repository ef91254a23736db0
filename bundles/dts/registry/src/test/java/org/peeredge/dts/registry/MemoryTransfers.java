// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;

/** The engine's contract in memory, for tests: the store, other nodes' stores, the upstream. */
final class MemoryTransfers implements Transfers {
    final List<MemoryStore> members = new CopyOnWriteArrayList<>();
    final Set<Digest> published = new HashSet<>();

    /** What members say they have, and do not give. */
    final Set<Digest> withheld = new HashSet<>();

    /** Which questions, counted from one, are not answered. */
    final Set<Integer> deaf = ConcurrentHashMap.newKeySet();

    private final AtomicInteger questions = new AtomicInteger();

    final List<FetchRequest> opened = new CopyOnWriteArrayList<>();

    /** Replaces the stage of reads, to make a content slow or broken. */
    volatile Function<CompletionStage<Integer>, CompletionStage<Integer>> reads =
            Function.identity();

    private final MemoryStore store;
    private final Upstream upstream;
    private final ExecutorService workers;

    MemoryTransfers(MemoryStore store, Upstream upstream, ExecutorService workers) {
        this.store = store;
        this.upstream = upstream;
        this.workers = workers;
    }

    @Override
    public CompletionStage<Content> open(FetchRequest request) {
        opened.add(request);
        CompletableFuture<Content> content = new CompletableFuture<>();
        workers.execute(() -> {
            try {
                content.complete(new Whole(request.digest(), fetch(request)));
            } catch (IOException e) {
                content.completeExceptionally(
                        new RetryLaterException("nobody could be reached", e));
            } catch (RuntimeException e) {
                content.completeExceptionally(e);
            }
        });
        return content;
    }

    private byte[] fetch(FetchRequest request) throws IOException {
        byte[] here = store.blobs.get(request.digest());
        if (here != null) {
            return here;
        }
        for (MemoryStore member : members) {
            byte[] there = member.blobs.get(request.digest());
            if (there != null
                    && !member.confined.contains(request.digest())
                    && !withheld.contains(request.digest())) {
                keep(request.digest(), there);
                return there;
            }
        }
        if (request.upstream().isEmpty()) {
            throw new NeverException("no member has " + request.digest());
        }
        try (Upstream.Body body = upstream.open(request.upstream().get(), request.digest(), 0)) {
            byte[] bytes = body.stream().readAllBytes();
            if (!StoreWriter.digest(bytes, request.digest().algorithm()).equals(request.digest())) {
                throw new IOException("does not match");
            }
            if (body.confined()) {
                store.confine(request.digest());
            }
            keep(request.digest(), bytes);
            return bytes;
        }
    }

    private void keep(Digest digest, byte[] bytes) {
        if (store.full) {
            throw new RetryLaterException("no room: free some space");
        }
        store.blobs.put(digest, bytes);
    }

    @Override
    public synchronized CompletionStage<Void> publish(Digest digest) {
        if (!store.has(digest)) {
            return CompletableFuture.failedFuture(new NeverException(digest + " is not here"));
        }
        published.add(digest);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Set<Digest>> available(Set<Digest> digests) {
        if (deaf.contains(questions.incrementAndGet())) {
            return new CompletableFuture<>();
        }
        Set<Digest> found = new HashSet<>();
        for (Digest digest : digests) {
            boolean there =
                    members.stream().anyMatch(m -> m.has(digest) && !m.confined.contains(digest));
            if (store.has(digest) || there) {
                found.add(digest);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public List<TransferInfo> list() {
        return new ArrayList<>();
    }

    private final class Whole implements Content {
        private final Digest digest;
        private final byte[] bytes;

        Whole(Digest digest, byte[] bytes) {
            this.digest = digest;
            this.bytes = bytes;
        }

        @Override
        public Digest digest() {
            return digest;
        }

        @Override
        public long sizeBytes() {
            return bytes.length;
        }

        @Override
        public boolean confined() {
            return store.confined.contains(digest);
        }

        @Override
        public CompletionStage<Integer> read(long offset, ByteBuffer into) {
            // Short reads, as from a blob that is still arriving.
            int count = (int) Math.min(Math.min(into.remaining(), 100_000), bytes.length - offset);
            into.put(bytes, (int) offset, count);
            return reads.apply(CompletableFuture.completedFuture(count));
        }

        @Override
        public CompletionStage<Void> complete() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }

    Optional<FetchRequest> last() {
        return opened.isEmpty() ? Optional.empty() : Optional.of(opened.getLast());
    }
}
