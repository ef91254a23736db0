// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.peeredge.dts.api.codec.Encoder;

/** An encoder that keeps its memory until it is closed and nobody encodes any more. */
public abstract class CountedEncoder implements Encoder {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** How many encode now; {@link #CLOSED} more when it is closed. */
    private final AtomicInteger inside = new AtomicInteger();

    /** Open. */
    protected CountedEncoder() {}

    /** As {@link Encoder#encode}; memory stays meanwhile. */
    protected abstract void write(int first, int count, ByteBuffer into) throws IOException;

    /** Gives memory back; called once, on the thread that leaves last or closes. */
    protected abstract void free();

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when it is closed
     */
    @Override
    public final void encode(int first, int count, ByteBuffer into) throws IOException {
        enter();
        try {
            write(first, count, into);
        } finally {
            if (inside.decrementAndGet() == CLOSED) {
                free();
            }
        }
    }

    private void enter() {
        int now = inside.get();
        while (now >= 0 && !inside.compareAndSet(now, now + 1)) {
            now = inside.get();
        }
        if (now < 0) {
            throw new IllegalStateException("the encoder is closed");
        }
    }

    /** Lets nobody in any more; does not wait. */
    @Override
    public final void close() {
        int now = inside.get();
        while (now >= 0 && !inside.compareAndSet(now, now + CLOSED)) {
            now = inside.get();
        }
        if (now == 0) {
            free();
        }
    }
}
