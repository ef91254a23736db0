// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Transfers.TransferInfo;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.kernel.api.NodeId;

/**
 * One blob on its way into the store, as its readers see it. Changed on the engine's loop only;
 * readers on other threads see the volatile fields.
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
    private final List<Runnable> waiting = new ArrayList<>();
    private final Set<NodeId> sources = new HashSet<>();
    private volatile State state = State.WAITING;
    private volatile long sizeBytes;
    private volatile boolean confined;
    private volatile boolean readable;
    private volatile int changes;
    private String reason = "";
    private long endNanos;
    private int piecesHave;
    private long fromPeers;
    private long fromOrigins;
    private long fromUpstream;
    private long wasted;

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

    /** Whether what has arrived may be read. */
    boolean readable() {
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
    void open(long size, boolean onlyHere, int have) {
        sizeBytes = size;
        confined |= onlyHere;
        piecesHave = Math.max(piecesHave, have);
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

    void pieceArrived() {
        piecesHave++;
    }

    void restarted() {
        piecesHave = 0;
        readable = false;
        if (!ended()) {
            state = State.FETCHING;
        }
    }

    void mayRead() {
        readable = true;
        wake();
    }

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
     * Calls {@code retry} at the next change; at once when something has changed since {@code
     * seen}.
     */
    void await(int seen, Runnable retry) {
        if (changes != seen || ended()) {
            retry.run();
        } else {
            waiting.add(retry);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    private void wake() {
        changes++;
        List<Runnable> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(Runnable::run);
    }

    void count(Action.Count c) {
        switch (c.what()) {
            case FROM_PEER -> fromPeers += c.bytes();
            case FROM_ORIGIN -> fromOrigins += c.bytes();
            case WASTED, BAD -> wasted += c.bytes();
            case TIMEOUT -> {
                return;
            }
        }
        sources.add(c.peer());
    }

    void countUpstream(long bytes) {
        fromUpstream += bytes;
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
                fromPeers,
                fromOrigins,
                fromUpstream,
                wasted,
                (until - startNanos) / 1_000_000,
                Set.copyOf(sources));
    }
}
