// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
 * Frames on their way out. Any thread puts them in; the event loop hands them to TLS as long as the
 * socket keeps up, many per flush, so that no more than the socket's own water mark is ever held
 * encrypted.
 */
// A write that fails shows in the listener of the frame's last part; closing follows.
@SuppressWarnings("FutureReturnValueIgnored")
final class OutQueue {
    /** Parts up to this size are gathered; larger ones go without a copy. */
    private static final int GATHER_BYTES = 2048;

    private static final int LENGTH_BYTES = 4;

    private final Channel socket;
    private final TcpSettings settings;
    private final TcpCounters counters;
    private final Runnable onWritable;
    private final ConcurrentLinkedQueue<Outgoing> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile @Nullable String ended;

    OutQueue(Channel socket, TcpSettings settings, TcpCounters counters, Runnable onWritable) {
        this.socket = socket;
        this.settings = settings;
        this.counters = counters;
        this.onWritable = onWritable;
    }

    boolean writable() {
        return ended == null && queuedBytes.get() < settings.highWaterBytes();
    }

    CompletionStage<Void> send(ByteBuffer[] parts) {
        long length = 0;
        ByteBuffer[] views = new ByteBuffer[parts.length];
        for (int i = 0; i < parts.length; i++) {
            length += parts[i].remaining();
            views[i] = parts[i].duplicate();
        }
        if (length < 1 || length > settings.maxFrameBytes()) {
            throw new IllegalArgumentException(
                    "a frame of " + length + " bytes: 1 to " + settings.maxFrameBytes());
        }
        String over = ended;
        if (over != null) {
            return CompletableFuture.failedFuture(new TryOtherPeerException(over));
        }
        Outgoing frame = new Outgoing(views, (int) length, new CompletableFuture<>());
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
        waiting.add(frame);
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
    void drain() {
        scheduled.set(false);
        String over = ended;
        if (over != null) {
            end(over);
            return;
        }
        boolean any = false;
        while (socket.isWritable()) {
            Outgoing next = waiting.poll();
            if (next == null) {
                break;
            }
            write(next);
            any = true;
        }
        if (any) {
            socket.flush();
        }
    }

    private void write(Outgoing frame) {
        ByteBuf last = socket.alloc().directBuffer(LENGTH_BYTES + GATHER_BYTES);
        last.writeInt(frame.length);
        boolean gathering = true;
        for (ByteBuffer part : frame.parts) {
            gathering &= part.remaining() <= GATHER_BYTES - last.readableBytes() + LENGTH_BYTES;
            if (gathering) {
                last.writeBytes(part);
            } else if (part.hasRemaining()) {
                socket.write(last, socket.voidPromise());
                last = Unpooled.wrappedBuffer(part);
            }
        }
        ChannelFuture written = socket.write(last);
        written.addListener(_ -> finished(frame, written.cause()));
    }

    private void finished(Outgoing frame, @Nullable Throwable failure) {
        if (failure == null) {
            counters.sentFrames().increment();
            counters.sentBytes().add(frame.length);
        }
        long before = queuedBytes.getAndAdd(-frame.length);
        if (failure == null) {
            frame.done.complete(null);
        } else {
            fail(frame, "the channel ended before the frame was sent: " + failure);
        }
        int mark = settings.highWaterBytes();
        if (before >= mark && before - frame.length < mark && ended == null) {
            onWritable.run();
        }
    }

    /** No frame leaves any more; those that wait fail. Safe to repeat, from any thread. */
    void end(String why) {
        ended = why;
        for (Outgoing frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            queuedBytes.addAndGet(-frame.length);
            fail(frame, why);
        }
    }

    private static void fail(Outgoing frame, String why) {
        frame.done.completeExceptionally(new TryOtherPeerException(why));
    }

    private record Outgoing(ByteBuffer[] parts, int length, CompletableFuture<Void> done) {}
}
