// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.TryOtherPeerException;

/**
 * Frames on their way out. Any thread puts them in; the event loop hands them to TLS as the kernel
 * takes them, so that they wait here, where urgent ones overtake the others: between frames, and
 * where the other end knows parts (version 2) between the parts of a frame too.
 */
// A write that fails shows in the listener of the run's last bytes; closing follows.
@SuppressWarnings("FutureReturnValueIgnored")
final class OutQueue {
    /** After so much in a row that was urgent, an ordinary part has its turn. */
    private static final int URGENT_TURN_BYTES = 64 << 10;

    /** Flushes in a row. */
    private static final int MOST_ROUNDS = 16;

    private final Channel socket;
    private final TcpSettings settings;
    private final TcpCounters counters;
    private final Runnable onWritable;
    private final Pace pace;
    private final boolean parts;
    private final ConcurrentLinkedQueue<Outgoing> urgent = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Outgoing> ordinary = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile @Nullable String ended;

    // Of the event loop
    private @Nullable Outgoing cut;
    private int heldBytes;
    private int urgentBytes;
    private boolean draining;

    /**
     * An empty queue.
     *
     * @param parts whether the other end takes frames in parts
     */
    OutQueue(
            Channel socket,
            TcpSettings settings,
            TcpCounters counters,
            Pace pace,
            boolean parts,
            Runnable onWritable) {
        this.socket = socket;
        this.settings = settings;
        this.counters = counters;
        this.pace = pace;
        this.parts = parts;
        this.onWritable = onWritable;
    }

    boolean writable() {
        return ended == null && queuedBytes.get() < settings.highWaterBytes();
    }

    CompletionStage<Void> send(boolean first, ByteBuffer[] lent) {
        long length = 0;
        ByteBuffer[] views = new ByteBuffer[lent.length];
        for (int i = 0; i < lent.length; i++) {
            length += lent[i].remaining();
            views[i] = lent[i].duplicate();
        }
        if (length < 1 || length > settings.maxFrameBytes()) {
            throw new IllegalArgumentException(
                    "a frame of " + length + " bytes: 1 to " + settings.maxFrameBytes());
        }
        String over = ended;
        if (over != null) {
            return CompletableFuture.failedFuture(new TryOtherPeerException(over));
        }
        if (queuedBytes.addAndGet(length) > settings.maxQueuedBytes() + length) {
            queuedBytes.addAndGet(-length);
            counters.queueFull().increment();
            return CompletableFuture.failedFuture(
                    new TryOtherPeerException(
                            "more than "
                                    + settings.maxQueuedBytes()
                                    + " bytes wait for "
                                    + socket.remoteAddress()
                                    + ": stop at !writable()"));
        }
        Outgoing frame = new Outgoing(views, (int) length);
        (first ? urgent : ordinary).add(frame);
        schedule();
        return frame.done;
    }

    private void schedule() {
        if (!scheduled.compareAndSet(false, true)) {
            return;
        }
        try {
            socket.eventLoop().execute(this::drain);
        } catch (RejectedExecutionException e) {
            end("the event loops stopped");
        }
    }

    /** Hands on what the socket takes; on the event loop. */
    private void drain() {
        scheduled.set(false);
        String over = ended;
        if (over != null) {
            end(over);
        } else if (!draining) {
            draining = true;
            try {
                pace.look();
                int rounds = 0;
                while (rounds < MOST_ROUNDS && fill()) {
                    socket.flush();
                    rounds++;
                }
                if (rounds == MOST_ROUNDS) {
                    schedule(); // the loop's other sockets have a turn first
                }
                pace.full(heldBytes > 0);
            } finally {
                draining = false;
            }
        }
    }

    /** Hands to TLS what may be held there now, before one flush; whether that was anything. */
    private boolean fill() {
        boolean any = false;
        while (heldBytes < pace.heldBytes()) {
            boolean first = !urgent.isEmpty() && !ordinarysTurn();
            Outgoing frame = first ? urgent.poll() : cut != null ? cut : ordinary.poll();
            if (frame == null) {
                break;
            }
            int bytes = first || !parts ? frame.left() : Math.min(frame.left(), pace.partBytes());
            urgentBytes = first ? urgentBytes + bytes : 0;
            heldBytes += bytes;
            ChannelFuture written;
            try {
                written = frame.write(socket, bytes);
            } catch (RuntimeException | Error e) {
                frame.fail("a frame could not be written: " + e);
                end("a frame could not be written: " + e);
                socket.close();
                throw e;
            }
            if (!first) {
                cut = frame.left() == 0 ? null : frame;
            }
            written.addListener(_ -> runEnded(frame, bytes, written.cause()));
            any = true;
        }
        return any;
    }

    private boolean ordinarysTurn() {
        return urgentBytes >= URGENT_TURN_BYTES && (cut != null || !ordinary.isEmpty());
    }

    private void runEnded(Outgoing frame, int bytes, @Nullable Throwable failure) {
        heldBytes -= bytes;
        pace.taken(bytes);
        if (frame.runEnded()) {
            finished(frame, failure);
        } else {
            frame.failIfGivenUp();
        }
        if (!draining) {
            drain();
        }
    }

    private void finished(Outgoing frame, @Nullable Throwable failure) {
        long before = queuedBytes.getAndAdd(-frame.length);
        if (failure == null) {
            counters.sentFrames().increment();
            counters.sentBytes().add(frame.length);
            frame.done.complete(null);
        } else {
            frame.fail("the channel ended before the frame was sent: " + failure);
        }
        int mark = settings.highWaterBytes();
        if (before >= mark && before - frame.length < mark && ended == null) {
            onWritable.run();
        }
    }

    /** No frame leaves any more; those that wait fail. Safe to repeat, from any thread. */
    void end(String why) {
        ended = why;
        end(urgent, why);
        end(ordinary, why);
        if (socket.eventLoop().inEventLoop()) {
            endCut(why);
        } else {
            try {
                socket.eventLoop().execute(() -> endCut(why));
            } catch (RejectedExecutionException e) {
                endCut(why); // nobody else touches it any more
            }
        }
    }

    private void end(ConcurrentLinkedQueue<Outgoing> queue, String why) {
        for (Outgoing frame = queue.poll(); frame != null; frame = queue.poll()) {
            queuedBytes.addAndGet(-frame.length);
            frame.fail(why);
        }
    }

    private void endCut(String why) {
        Outgoing begun = cut;
        cut = null;
        if (begun != null) {
            queuedBytes.addAndGet(-begun.length);
            begun.giveUp(why);
        }
    }
}
