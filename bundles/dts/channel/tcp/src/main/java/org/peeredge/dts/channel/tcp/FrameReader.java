// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the byte stream into frames, see {@link Framing}. A frame's memory is taken when its length
 * is known and within limits, and filled straight from TLS: one copy. At most two frames are open,
 * one that comes in parts and one between them. On the event loop.
 */
final class FrameReader {
    private final int maxFrameBytes;
    private final Consumer<PooledFrame> frames;
    private boolean parts;
    private int word;
    private int wordBytes;

    /** The frame that comes in parts. */
    private @Nullable ByteBuf cut;

    /** Where the run that is being read goes, and what is left of it. */
    private @Nullable ByteBuf filling;

    private int runBytes;
    private boolean runOfCut;

    /** The length of the first part, while the length of its frame is still to come. */
    private int firstBytes;

    FrameReader(int maxFrameBytes, Consumer<PooledFrame> frames) {
        this.maxFrameBytes = maxFrameBytes;
        this.frames = frames;
    }

    /** The stream is of version 2. */
    void allowParts() {
        parts = true;
    }

    /**
     * Takes what {@code in} holds; the caller releases it.
     *
     * @return what is wrong with the stream, which then ends here; null when all is well
     */
    @Nullable String read(ByteBufAllocator allocator, ByteBuf in) {
        while (in.isReadable()) {
            ByteBuf to = filling;
            if (to == null) {
                word = word << 8 | in.readUnsignedByte();
                if (++wordBytes == Framing.HEAD_BYTES) {
                    wordBytes = 0;
                    String wrong = firstBytes == 0 ? head(allocator) : wholeLength(allocator);
                    if (wrong != null) {
                        return wrong;
                    }
                }
                continue;
            }
            int bytes = Math.min(in.readableBytes(), runBytes);
            to.writeBytes(in, bytes);
            runBytes -= bytes;
            if (runBytes == 0) {
                filling = null;
                if (!to.isWritable()) {
                    if (runOfCut) {
                        cut = null;
                    }
                    frames.accept(new PooledFrame(to));
                }
            }
        }
        return null;
    }

    private @Nullable String head(ByteBufAllocator allocator) {
        int kind = parts ? Framing.kind(word) : Framing.WHOLE;
        long length = parts ? Framing.length(word) : Integer.toUnsignedLong(word);
        if (length < 1 || length > maxFrameBytes) {
            return outOfBounds(length);
        }
        ByteBuf open = cut;
        switch (kind) {
            case Framing.WHOLE -> fill(false, memory(allocator, (int) length), (int) length);
            case Framing.FIRST -> {
                if (open != null) {
                    return "a second frame in parts before the first was over";
                }
                firstBytes = (int) length;
            }
            case Framing.NEXT -> {
                if (open == null || length > open.writableBytes()) {
                    return "a part of " + length + " bytes that belongs to no frame";
                }
                fill(true, open, (int) length);
            }
            default -> {
                return "a run of an unknown kind, " + kind;
            }
        }
        return null;
    }

    private @Nullable String wholeLength(ByteBufAllocator allocator) {
        long length = Integer.toUnsignedLong(word);
        if (length <= firstBytes || length > maxFrameBytes) {
            return outOfBounds(length);
        }
        ByteBuf open = memory(allocator, (int) length);
        cut = open;
        fill(true, open, firstBytes);
        firstBytes = 0;
        return null;
    }

    private String outOfBounds(long length) {
        return "a frame of " + length + " bytes: 1 to " + maxFrameBytes + " are allowed";
    }

    private static ByteBuf memory(ByteBufAllocator allocator, int bytes) {
        return allocator.directBuffer(bytes, bytes);
    }

    private void fill(boolean ofCut, ByteBuf with, int bytes) {
        runOfCut = ofCut;
        filling = with;
        runBytes = bytes;
    }

    /** Frees frames that will not be completed. */
    void close() {
        ByteBuf inRun = filling;
        ByteBuf open = cut;
        filling = null;
        cut = null;
        if (inRun != null && !runOfCut) {
            inRun.release();
        }
        if (open != null) {
            open.release();
        }
    }
}
