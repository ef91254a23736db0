// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way from the event loop to the handler's thread. It holds what one read
 * of the socket brought at most, since the connection reads on only when this is empty.
 */
final class BodyQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>();
    private final Runnable demand;
    private @Nullable String failure;
    private boolean ended;
    private boolean discarding;

    /** {@code demand} asks the connection for more bytes; called on the handler's thread. */
    BodyQueue(Runnable demand) {
        this.demand = demand;
    }

    /** Takes over {@code bytes}; on the event loop. */
    void add(ByteBuf bytes) {
        lock.lock();
        try {
            if (discarding || failure != null || !bytes.isReadable()) {
                bytes.release();
            } else {
                chunks.add(bytes);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The body is complete. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** No more will come; reads fail with {@code why}. */
    void fail(String why) {
        lock.lock();
        try {
            if (!ended && failure == null) {
                failure = why;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The handler is done: frees what it did not read. */
    void discard() {
        lock.lock();
        try {
            discarding = true;
            chunks.forEach(ByteBuf::release);
            chunks.clear();
        } finally {
            lock.unlock();
        }
    }

    /** As {@code HttpRequest.read}. */
    int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            throw new IllegalArgumentException("no room to read into");
        }
        lock.lock();
        try {
            boolean asked = false;
            while (true) {
                ByteBuf head = chunks.peek();
                if (head != null) {
                    return take(head, into);
                }
                if (ended) {
                    return -1;
                }
                if (failure != null) {
                    throw new IOException(failure);
                }
                if (!asked) {
                    asked = true;
                    demand.run();
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped =
                    new InterruptedIOException("interrupted while reading a request's body");
            stopped.initCause(e);
            throw stopped;
        } finally {
            lock.unlock();
        }
    }

    private int take(ByteBuf head, ByteBuffer into) {
        int count = Math.min(head.readableBytes(), into.remaining());
        int limit = into.limit();
        into.limit(into.position() + count);
        head.readBytes(into);
        into.limit(limit);
        if (!head.isReadable()) {
            chunks.remove().release();
        }
        return count;
    }
}
