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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body that never blocks its reader for longer than the stall timeout. The Java client's own
 * streams wait for ever: its request timeout ends with the headers. About {@link #MOST_BYTES} wait
 * here, the rest stays in the network. Read by one thread at a time; closed from any.
 *
 * <p>Bytes that trickle in, a packet at a time, wake the reader once for many of them: a thread
 * that is woken for each costs more than what it does then.
 */
final class StallStream extends InputStream implements BodySubscriber<InputStream> {
    /** No more is asked for while this much waits. */
    private static final int MOST_BYTES = 64 << 10;

    /** What a reader that wants more is woken for. */
    private static final int BATCH_BYTES = 32 << 10;

    /** How long the first bytes wait for more of them. */
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration stall;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All below under the lock.
    private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    private long waiting;
    private long wakeAt;
    private boolean asked;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;
    private Flow.@Nullable Subscription source;

    StallStream(Duration stall) {
        this.stall = stall;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        boolean taken;
        lock.lock();
        try {
            taken = source == null && !closed;
            if (taken) {
                source = offered;
                asked = true;
            }
        } finally {
            lock.unlock();
        }
        if (taken) {
            offered.request(1);
        } else {
            offered.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        Flow.Subscription more;
        lock.lock();
        try {
            for (ByteBuffer chunk : item) {
                waiting += chunk.remaining();
                chunks.add(chunk);
            }
            asked = false;
            more = wanted();
            if (waiting >= wakeAt) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        ask(more);
    }

    @Override
    public void onError(Throwable cause) {
        end(cause);
    }

    @Override
    public void onComplete() {
        end(null);
    }

    private void end(@Nullable Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
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
        try {
            return some(into, offset, length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted while reading from the upstream", e);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private int some(byte[] into, int offset, int length) throws IOException, InterruptedException {
        int count;
        Flow.Subscription more;
        lock.lock();
        try {
            await(Math.min(length, BATCH_BYTES));
            if (waiting == 0) {
                return -1;
            }
            count = take(into, offset, length);
            more = wanted();
        } finally {
            lock.unlock();
        }
        ask(more);
        return count;
    }

    /** Waits for so many bytes, or for what is there after a while, or for the end. */
    private void await(int bytes) throws IOException, InterruptedException {
        while (waiting < bytes && !ended && !closed) {
            boolean none = waiting == 0;
            wakeAt = none ? 1 : bytes;
            boolean signalled = changed.awaitNanos(none ? stall.toNanos() : LINGER_NANOS) > 0;
            if (!signalled && waiting > 0) {
                break;
            }
            if (!signalled && !ended && !closed) {
                throw new IOException("the upstream sent nothing for " + stall.toSeconds() + " s");
            }
        }
        if (closed) {
            throw new IOException("closed");
        }
        if (waiting == 0 && failure != null) {
            throw new IOException("the upstream broke off: " + failure.getMessage(), failure);
        }
    }

    private int take(byte[] into, int offset, int length) {
        int count = 0;
        while (count < length && waiting > 0) {
            ByteBuffer chunk = chunks.getFirst();
            int part = Math.min(length - count, chunk.remaining());
            chunk.get(into, offset + count, part);
            count += part;
            waiting -= part;
            if (!chunk.hasRemaining()) {
                chunks.removeFirst();
            }
        }
        return count;
    }

    /** Where to ask for more, if it is time. */
    private Flow.@Nullable Subscription wanted() {
        if (asked || ended || closed || waiting >= MOST_BYTES) {
            return null;
        }
        asked = true;
        return source;
    }

    /** Outside the lock, as is {@link #close}: the client may call back at once. */
    private static void ask(Flow.@Nullable Subscription source) {
        if (source != null) {
            source.request(1);
        }
    }

    @Override
    public void close() {
        Flow.Subscription source;
        lock.lock();
        try {
            closed = true;
            source = this.source;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (source != null) {
            source.cancel();
        }
    }
}
