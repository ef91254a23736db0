// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.peeredge.dts.api.channel.Frame;

/** One frame in memory of the shared pool. */
final class PooledFrame implements Frame {
    private final ByteBuf memory;
    private final ByteBuffer bytes;
    private final AtomicBoolean released = new AtomicBoolean();

    /** Takes over {@code memory}, all of whose readable bytes are the frame. */
    PooledFrame(ByteBuf memory) {
        this.memory = memory;
        this.bytes = memory.nioBuffer();
    }

    @Override
    public ByteBuffer bytes() {
        if (released.get()) {
            throw new IllegalStateException("the frame was released");
        }
        return bytes;
    }

    @Override
    public void release() {
        // A second release would free memory that is someone else's by now.
        if (!released.compareAndSet(false, true)) {
            throw new IllegalStateException("the frame was released twice");
        }
        memory.release();
    }
}
