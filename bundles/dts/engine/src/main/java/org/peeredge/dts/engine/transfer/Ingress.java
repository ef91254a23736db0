// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Keeps received frames until the swarm has decided, then has workers hash and write them. Reading
 * from a peer pauses while more than the limit is parked, so a fast sender and a slow disk cannot
 * fill the memory. On the engine's loop, but for {@link #checkAndStore}'s worker half.
 */
public final class Ingress {
    /** Pauses and resumes a peer's channels. */
    public interface Gate {
        void reading(NodeId peer, boolean on);
    }

    private record Parked(NodeId from, Frame frame, int bytes) {}

    private final Blobs blobs;
    private final Sha256 sha;
    private final Executor workers;
    private final Executor loop;
    private final Consumer<Event> events;
    private final Gate gate;
    private final long maxParkedBytes;
    private final Map<Long, Parked> parked = new HashMap<>();
    private final Set<NodeId> paused = new HashSet<>();
    private final AtomicLong parkedBytes = new AtomicLong();
    private long nextHandle;

    /**
     * An empty one.
     *
     * @param events takes events, on the loop
     */
    Ingress(
            Blobs blobs,
            Sha256 sha,
            Executor workers,
            Executor loop,
            Consumer<Event> events,
            Gate gate,
            long maxParkedBytes) {
        this.blobs = blobs;
        this.sha = sha;
        this.workers = workers;
        this.loop = loop;
        this.events = events;
        this.gate = gate;
        this.maxParkedBytes = maxParkedBytes;
    }

    /** Parks a frame and tells the swarm. */
    void arrived(NodeId from, SymbolsHeader header, Frame frame) {
        long handle = nextHandle++;
        int bytes = frame.bytes().remaining();
        parked.put(handle, new Parked(from, frame, bytes));
        parkedBytes.addAndGet(bytes);
        if (parkedBytes.get() > maxParkedBytes && paused.add(from)) {
            gate.reading(from, false);
        }
        events.accept(new Event.SymbolsArrived(from, header, bytes, handle));
    }

    /** Drops a frame. */
    void discard(long handle) {
        Parked p = parked.remove(handle);
        if (p != null) {
            free(p);
        }
    }

    /** Hands a frame's symbols to {@code decoders}, and frees it. */
    void keepSymbols(Action.KeepSymbols action, Decoders decoders) {
        Parked p = parked.remove(action.handle());
        if (p != null) {
            decoders.keep(action, p.frame().bytes());
            free(p);
        }
    }

    /** Checks and writes the pieces of a frame on a worker. */
    void checkAndStore(Action.CheckAndStore action) {
        Parked p = parked.remove(action.handle());
        if (p == null) {
            return;
        }
        try {
            workers.execute(() -> {
                List<Event> results = new ArrayList<>(action.parts().size());
                for (Action.Part part : action.parts()) {
                    results.add(store(action, part, p.frame().bytes()));
                }
                loop.execute(() -> {
                    free(p);
                    results.forEach(events);
                });
            });
        } catch (RejectedExecutionException e) {
            free(p);
            events.accept(
                    new Event.StoreFailed(
                            action.digest(), "too much is waiting for the disk", false));
        }
    }

    /** Hashes a frame that is not to be stored, on a worker, and frees it. */
    void checkProbe(Action.CheckProbe action) {
        Parked p = parked.remove(action.handle());
        if (p == null) {
            return;
        }
        try {
            workers.execute(() -> {
                boolean genuine = MessageDigest.isEqual(sha.of(p.frame().bytes()), action.hash());
                loop.execute(() -> probed(p, action, Optional.of(genuine)));
            });
        } catch (RejectedExecutionException e) {
            probed(p, action, Optional.empty());
        }
    }

    private void probed(Parked p, Action.CheckProbe a, Optional<Boolean> genuine) {
        free(p);
        events.accept(new Event.ProbeChecked(a.digest(), a.piece(), a.from(), genuine));
    }

    /** Hashes a piece that is in the store already; on a worker. */
    Event checkKept(Action.CheckKept action, NodeId self) throws IOException {
        PartialBlob partial =
                blobs.partial(action.digest())
                        .orElseThrow(
                                () -> new IOException("blob " + action.digest() + " is not open"));
        int length = Pieces.length(partial.sizeBytes(), action.piece());
        ByteBuffer bytes = ByteBuffer.allocate(length);
        partial.read(Pieces.offset(partial.sizeBytes(), action.piece()), bytes);
        bytes.flip();
        if (bytes.remaining() == length && MessageDigest.isEqual(sha.of(bytes), action.hash())) {
            return new Event.PieceStored(action.digest(), action.piece(), self, length);
        }
        BitSet bad = new BitSet();
        bad.set(action.piece());
        partial.forget(bad);
        return new Event.PieceBad(action.digest(), action.piece(), self, length);
    }

    /** A peer is gone: its next channel begins unpaused. */
    void down(NodeId peer) {
        paused.remove(peer);
    }

    /** Drops all frames. */
    void close() {
        parked.values().forEach(p -> p.frame().release());
        parked.values().forEach(p -> parkedBytes.addAndGet(-p.bytes()));
        parked.clear();
    }

    /** Bytes waiting now; from any thread. */
    long parkedBytes() {
        return parkedBytes.get();
    }

    private Event store(Action.CheckAndStore action, Action.Part part, ByteBuffer frame) {
        int count = part.bytes();
        ByteBuffer bytes = frame.slice(frame.position() + part.offset(), count);
        byte[] hash = sha.of(bytes);
        if (!MessageDigest.isEqual(hash, part.hash())) {
            return new Event.PieceBad(action.digest(), part.piece(), action.from(), count);
        }
        Optional<PartialBlob> partial = blobs.partial(action.digest());
        if (partial.isEmpty()) {
            return new Event.StoreFailed(
                    action.digest(), "blob " + action.digest() + " is not open", false);
        }
        try {
            partial.get().write(part.piece(), bytes);
            return new Event.PieceStored(action.digest(), part.piece(), action.from(), count);
        } catch (RetryLaterException full) {
            return new Event.StoreFailed(action.digest(), message(full), true);
        } catch (IOException | RuntimeException | Error e) {
            return new Event.StoreFailed(action.digest(), message(e), false);
        }
    }

    private void free(Parked p) {
        p.frame().release();
        parkedBytes.addAndGet(-p.bytes());
        if (!paused.isEmpty() && parkedBytes.get() < maxParkedBytes / 2) {
            paused.forEach(peer -> gate.reading(peer, true));
            paused.clear();
        }
    }

    static String message(Throwable e) {
        String text = e.getMessage();
        return text == null ? e.getClass().getSimpleName() : text;
    }
}
