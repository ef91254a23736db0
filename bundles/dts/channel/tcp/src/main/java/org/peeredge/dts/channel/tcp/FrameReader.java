// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the byte stream into frames: four bytes of length (big endian), then the bytes. A frame's
 * memory is taken when its length is known and within limits, and filled straight from TLS: one
 * copy. On the event loop.
 */
final class FrameReader {
    private static final int LENGTH_BYTES = 4;

    private final int maxFrameBytes;
    private final Consumer<PooledFrame> frames;
    private @Nullable ByteBuf body;
    private long length;
    private int lengthBytes;

    FrameReader(int maxFrameBytes, Consumer<PooledFrame> frames) {
        this.maxFrameBytes = maxFrameBytes;
        this.frames = frames;
    }

    /**
     * Takes what {@code in} holds; the caller releases it.
     *
     * @return what is wrong with the stream, which then ends here; null when all is well
     */
    @Nullable String read(ByteBufAllocator allocator, ByteBuf in) {
        while (in.isReadable()) {
            ByteBuf filling = body;
            if (filling == null) {
                length = length << 8 | in.readUnsignedByte();
                if (++lengthBytes < LENGTH_BYTES) {
                    continue;
                }
                if (length < 1 || length > maxFrameBytes) {
                    return "a frame of "
                            + length
                            + " bytes: 1 to "
                            + maxFrameBytes
                            + " are allowed";
                }
                body = allocator.directBuffer((int) length, (int) length);
                length = 0;
                lengthBytes = 0;
                continue;
            }
            filling.writeBytes(in, Math.min(in.readableBytes(), filling.writableBytes()));
            if (!filling.isWritable()) {
                body = null;
                frames.accept(new PooledFrame(filling));
            }
        }
        return null;
    }

    /** Frees a frame that will not be completed. */
    void close() {
        ByteBuf filling = body;
        body = null;
        if (filling != null) {
            filling.release();
        }
    }
}
