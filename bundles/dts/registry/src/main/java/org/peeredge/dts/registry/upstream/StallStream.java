// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A body that never blocks its reader for longer than the stall timeout. The Java client's own
 * streams wait for ever: its request timeout ends with the headers. At most {@link #AHEAD} chunks
 * wait here, the rest stays in the network. Read by one thread at a time; closed from any.
 */
final class StallStream extends InputStream implements BodySubscriber<InputStream> {
    private static final int AHEAD = 4;

    /** Marks the end in the queue: the client never publishes an empty list. */
    private static final List<ByteBuffer> END = List.of();

    private final Duration stall;
    private final BlockingQueue<List<ByteBuffer>> queue = new LinkedBlockingQueue<>();
    private final ArrayDeque<ByteBuffer> current = new ArrayDeque<>();
    private final AtomicReference<Flow.@Nullable Subscription> subscription =
            new AtomicReference<>();
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;
    private boolean ended;

    StallStream(Duration stall) {
        this.stall = stall;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        if (!subscription.compareAndSet(null, offered) || closed) {
            offered.cancel();
        } else {
            offered.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        if (!item.isEmpty()) {
            queue.add(item);
        }
    }

    @Override
    public void onError(Throwable cause) {
        failure = cause;
        queue.add(END);
    }

    @Override
    public void onComplete() {
        queue.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        ByteBuffer chunk = current.getFirst();
        int count = Math.min(length, chunk.remaining());
        chunk.get(into, offset, count);
        return count;
    }

    /** Makes sure that the first chunk in {@link #current} has bytes; false at the end. */
    private boolean fill() throws IOException {
        while (true) {
            while (!current.isEmpty()) {
                if (current.getFirst().hasRemaining()) {
                    return true;
                }
                current.removeFirst();
            }
            if (ended) {
                return false;
            }
            next();
        }
    }

    private void next() throws IOException {
        List<ByteBuffer> item;
        try {
            item = queue.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted while reading from the upstream", e);
        }
        if (item == null) {
            close();
            throw new IOException("the upstream sent nothing for " + stall.toSeconds() + " s");
        }
        if (closed) {
            throw new IOException("closed");
        }
        if (item.isEmpty()) {
            Throwable cause = failure;
            if (cause != null) {
                throw new IOException("the upstream broke off: " + cause.getMessage(), cause);
            }
            ended = true;
            return;
        }
        current.addAll(item);
        Flow.Subscription source = subscription.get();
        if (source != null) {
            source.request(1);
        }
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription source = subscription.get();
        if (source != null) {
            source.cancel();
        }
        queue.add(END);
    }
}
