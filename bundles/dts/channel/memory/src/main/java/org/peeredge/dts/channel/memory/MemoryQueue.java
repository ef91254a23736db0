// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.TryOtherPeerException;

/**
 * The frames under way in one direction. The sender's threads put in, the receiver's loop takes
 * out; the lock is held for a few instructions and never while a listener runs.
 */
final class MemoryQueue {
    /** Frames handed over before the loop gets a chance to do something else. */
    private static final int BATCH = 64;

    private final Loop receiver;
    private final MemorySettings settings;
    private final Consumer<Frame> deliver;
    private final Runnable onWritable;
    private final ArrayDeque<Queued> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean reading = true;
    private boolean scheduled;
    private boolean blocked;
    private @Nullable String closed;

    private record Queued(ByteBuffer bytes, int sizeBytes, CompletableFuture<Void> done) {}

    /**
     * An empty queue.
     *
     * @param deliver gets each frame on {@code receiver}
     * @param onWritable called on {@code receiver} when the queue was too full and no longer is
     */
    MemoryQueue(
            Loop receiver, MemorySettings settings, Consumer<Frame> deliver, Runnable onWritable) {
        this.receiver = receiver;
        this.settings = settings;
        this.deliver = deliver;
        this.onWritable = onWritable;
    }

    /** Takes a frame; the stage completes when the receiver has got it. */
    CompletableFuture<Void> put(ByteBuffer frame) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            if (closed != null) {
                done.completeExceptionally(new TryOtherPeerException(closed));
                return done;
            }
            if (queuedBytes + frame.remaining() > settings.maxQueuedBytes()) {
                done.completeExceptionally(
                        new RetryLaterException(
                                queuedBytes
                                        + " bytes are queued on this channel, at most "
                                        + settings.maxQueuedBytes()
                                        + ": wait until it is writable"));
                return done;
            }
            queue.add(new Queued(frame, frame.remaining(), done));
            queuedBytes += frame.remaining();
            blocked |= queuedBytes >= settings.highWaterBytes();
        }
        schedule();
        return done;
    }

    synchronized boolean writable() {
        return closed == null && !blocked;
    }

    void reading(boolean on) {
        synchronized (this) {
            reading = on;
        }
        if (on) {
            schedule();
        }
    }

    /** Ends it; frames still queued are dropped and their senders told. */
    void close(String reason) {
        List<Queued> dropped;
        synchronized (this) {
            if (closed != null) {
                return;
            }
            closed = reason;
            dropped = new ArrayList<>(queue);
            queue.clear();
            queuedBytes = 0;
        }
        dropped.forEach(q -> q.done.completeExceptionally(new TryOtherPeerException(reason)));
    }

    private void schedule() {
        synchronized (this) {
            if (scheduled || !reading || queue.isEmpty()) {
                return;
            }
            scheduled = true;
        }
        receiver.execute(this::drain);
    }

    private void drain() {
        try {
            for (int i = 0; i < BATCH; i++) {
                Queued next = take();
                if (next == null) {
                    break;
                }
                try {
                    deliver.accept(Frame.of(next.bytes));
                } finally {
                    next.done.complete(null);
                    if (drained(next.sizeBytes)) {
                        onWritable.run();
                    }
                }
            }
        } finally {
            synchronized (this) {
                scheduled = false;
            }
            schedule();
        }
    }

    private synchronized @Nullable Queued take() {
        return reading ? queue.poll() : null;
    }

    /**
     * Bytes count as queued until they are delivered: the receiver may still be at work on them.
     */
    private synchronized boolean drained(int bytes) {
        if (closed != null) {
            return false;
        }
        queuedBytes -= bytes;
        if (blocked && queuedBytes <= settings.highWaterBytes() / 2) {
            blocked = false;
            return true;
        }
        return false;
    }
}
