// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One block, coded over and over: what a codec is warmed up and measured with. The block lies in
 * memory off the heap, nothing is allocated by a turn. For one thread at a time.
 */
public final class CodecTrial implements AutoCloseable {
    /** Vectors want their lines whole. */
    private static final int ALIGNMENT = 64;

    /** A rateless code fails with so many more than k symbols once in millions of blocks. */
    private static final int SPARE = 4;

    private final CodecId id;
    private final int lost;
    private final int repairs;
    private final Block block;
    private final ByteBuffer whole;
    private final ByteBuffer symbols;
    private final ByteBuffer restored;
    private final Encoder encoder;
    private final Decoder decoder;

    private record Block(MemorySegment bytes, Optional<MemorySegment> memory)
            implements GroupSource {
        @Override
        public int sizeBytes() {
            return (int) bytes.byteSize();
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            into.put(bytes.asSlice(offset, into.remaining()).asByteBuffer());
        }
    }

    /**
     * Prepares; makes the repair symbols once.
     *
     * @param lost how many source symbols, the first ones, are restored in each {@link #decode}, 1
     *     to k; a code of fixed rate has that many repair symbols
     */
    public CodecTrial(CodecProvider codec, CodecId id, int lost) {
        this.id = id;
        this.lost = lost;
        repairs = id.repairSymbols() < 0 ? lost + SPARE : lost;
        MemorySegment bytes = memory(id.sourceSymbols() * (long) id.symbolBytes());
        for (long i = 0; i < bytes.byteSize(); i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 0x9E3779B1L) >>> 24));
        }
        block = new Block(bytes, Optional.of(bytes));
        whole = bytes.asByteBuffer();
        symbols = memory(repairs * (long) id.symbolBytes()).asByteBuffer();
        restored = memory(bytes.byteSize()).asByteBuffer();
        encoder = codec.prepare(id, block);
        decoder = codec.decoder(id, block.sizeBytes());
        encode();
    }

    private static MemorySegment memory(long bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }

    /** Bytes of the block. */
    public int blockBytes() {
        return block.sizeBytes();
    }

    /** Makes the repair symbols of a block that the encoder has not seen. */
    public void encode() {
        encoder.reset(block);
        try {
            encoder.encode(id.sourceSymbols(), repairs, symbols.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restores the block from what is left of the source symbols, and repair symbols. */
    public void decode() {
        int size = id.symbolBytes();
        decoder.reset(block.sizeBytes());
        for (int i = lost; i < id.sourceSymbols(); i++) {
            decoder.offer(i, whole.limit((i + 1) * size).position(i * size));
        }
        for (int i = 0; i < repairs && !decoder.ready(); i++) {
            decoder.offer(id.sourceSymbols() + i, symbols.limit((i + 1) * size).position(i * size));
        }
        decoder.recover(restored.clear());
    }

    /** Whether the last {@link #decode} gave the block's bytes. */
    public boolean right() {
        return restored.clear().equals(whole.clear());
    }

    /** Frees what encoder and decoder hold. */
    @Override
    public void close() {
        encoder.close();
        decoder.close();
    }
}
