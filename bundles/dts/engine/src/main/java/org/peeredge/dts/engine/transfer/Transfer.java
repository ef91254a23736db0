// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Transfers.TransferInfo;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.kernel.api.NodeId;

/**
 * One blob on its way into the store, as its readers see it. Changed on the engine's loop only;
 * readers and lists on other threads see each field as it is, not all of them at one moment.
 */
final class Transfer {
    /** Where it stands. */
    enum State {
        WAITING,
        FETCHING,
        CHECKING,
        COMPLETE,
        FAILED
    }

    final Digest digest;
    final CompletableFuture<Long> opened = new CompletableFuture<>();
    final CompletableFuture<Void> completed = new CompletableFuture<>();
    private final long startNanos;
    private final Map<Integer, List<Runnable>> waiting = new HashMap<>();
    private final Set<NodeId> sources = ConcurrentHashMap.newKeySet();
    private final BitSet have = new BitSet();
    private final AtomicLong fromPeers = new AtomicLong();
    private final AtomicLong fromOrigins = new AtomicLong();
    private final AtomicLong fromUpstream = new AtomicLong();
    private final AtomicLong wasted = new AtomicLong();
    private long nearBytes;
    private volatile State state = State.WAITING;
    private volatile long sizeBytes;
    private volatile boolean confined;
    private volatile int readable;
    private volatile int changes;
    private volatile String reason = "";
    private volatile long endNanos;
    private volatile int piecesHave;

    Transfer(Digest digest, long sizeBytes, long nowNanos) {
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.startNanos = nowNanos;
    }

    State state() {
        return state;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    boolean confined() {
        return confined;
    }

    /** So many pieces from the beginning may be read, as far as they have arrived. */
    int readable() {
        return readable;
    }

    /** Grows with each change that may help a reader. */
    int changes() {
        return changes;
    }

    boolean ended() {
        return state == State.COMPLETE || state == State.FAILED;
    }

    /** The size is known and a source answers. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    void open(long size, boolean onlyHere, BitSet kept) {
        sizeBytes = size;
        confined |= onlyHere;
        have.or(kept);
        counted();
        if (state == State.WAITING) {
            state = State.FETCHING;
        }
        opened.complete(size);
    }

    void checking() {
        if (!ended()) {
            state = State.CHECKING;
        }
    }

    /** A piece is in the store: whoever waits for it reads on. */
    void pieceArrived(int piece) {
        have.set(piece);
        counted();
        if (piece < readable) {
            run(waiting.remove(piece));
        }
    }

    /** A piece was false and is forgotten. */
    void pieceLost(int piece) {
        have.clear(piece);
        counted();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    private void counted() {
        piecesHave = have.cardinality();
        changes++;
    }

    void restarted() {
        have.clear();
        readable = 0;
        counted();
        if (!ended()) {
            state = State.FETCHING;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    void mayRead(int pieces) {
        readable = pieces;
        changes++;
        List<Integer> due = waiting.keySet().stream().filter(p -> p < pieces).toList();
        due.forEach(p -> run(waiting.remove(p)));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    void complete(long size, boolean onlyHere, long nowNanos) {
        sizeBytes = size;
        confined |= onlyHere;
        piecesHave = Pieces.count(size);
        end(State.COMPLETE, nowNanos);
        opened.complete(size);
        completed.complete(null);
    }

    void fail(RuntimeException error, long nowNanos) {
        reason = Ingress.message(error);
        end(State.FAILED, nowNanos);
        opened.completeExceptionally(error);
        completed.completeExceptionally(error);
    }

    private void end(State last, long nowNanos) {
        endNanos = nowNanos;
        state = last;
        wake();
    }

    /**
     * Calls {@code retry} when the piece may have become readable; at once when something has
     * changed since {@code seen}.
     */
    void await(int seen, int piece, Runnable retry) {
        if (changes != seen || ended()) {
            retry.run();
        } else {
            waiting.computeIfAbsent(piece, p -> new ArrayList<>()).add(retry);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    private void wake() {
        changes++;
        List<List<Runnable>> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(Transfer::run);
    }

    private static void run(@Nullable List<Runnable> readers) {
        if (readers != null) {
            readers.forEach(Runnable::run);
        }
    }

    /**
     * Counts bytes of a member.
     *
     * @param near whether it is in this node's LAN
     */
    void count(Action.Count c, boolean near) {
        switch (c.what()) {
            case FROM_PEER -> {
                fromPeers.addAndGet(c.bytes());
                nearBytes += near ? c.bytes() : 0;
            }
            case FROM_ORIGIN -> {
                fromOrigins.addAndGet(c.bytes());
                nearBytes += near ? c.bytes() : 0;
            }
            case WASTED, BAD -> wasted.addAndGet(c.bytes());
            case TIMEOUT -> {
                return;
            }
        }
        sources.add(c.peer());
    }

    void countUpstream(long bytes) {
        fromUpstream.addAndGet(bytes);
    }

    /** What fetching all of it again would cost; empty when nothing came from anywhere. */
    OptionalLong refetchCost(long size) {
        long all = fromPeers.get() + fromOrigins.get() + fromUpstream.get();
        return FetchCosts.cost(size, nearBytes, all - nearBytes);
    }

    TransferInfo info(long nowNanos) {
        long until = ended() ? endNanos : nowNanos;
        return new TransferInfo(
                digest,
                sizeBytes,
                state.name().toLowerCase(java.util.Locale.ROOT),
                reason,
                piecesHave,
                sizeBytes < 0 ? 0 : Pieces.count(sizeBytes),
                fromPeers.get(),
                fromOrigins.get(),
                fromUpstream.get(),
                wasted.get(),
                (until - startNanos) / 1_000_000,
                Set.copyOf(sources));
    }
}
