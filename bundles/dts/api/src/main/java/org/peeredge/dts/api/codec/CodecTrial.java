// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.BitSet;
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

    private final CodecProvider codec;
    private final CodecId id;
    private final int lost;
    private final int repairs;
    private final Block block;
    private final ByteBuffer whole;
    private final ByteBuffer symbols;
    private final ByteBuffer restored;
    private final Encoder encoder;
    private final Decoder decoder;
    private final BitSet gone;
    private int turn;

    /**
     * A group's bytes may lie anywhere: what was compiled for one class starts over with another.
     */
    private final GroupSource[] sources;

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

    /** As a store gives them. */
    private static class Stored implements GroupSource {
        final Block block;

        Stored(Block block) {
            this.block = block;
        }

        @Override
        public int sizeBytes() {
            return block.sizeBytes();
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            block.read(offset, into);
        }
    }

    /** In memory, but not a group's own. */
    private static final class Shared extends Stored {
        Shared(Block block) {
            super(block);
        }

        @Override
        public Optional<MemorySegment> memory() {
            return block.memory();
        }
    }

    /**
     * Prepares; makes the repair symbols once.
     *
     * @param lost how many source symbols are restored in each {@link #decode}, 1 to k; a code of
     *     fixed rate has that many repair symbols
     */
    public CodecTrial(CodecProvider codec, CodecId id, int lost) {
        this.codec = codec;
        this.id = id;
        this.lost = lost;
        repairs = id.repairSymbols() < 0 ? lost + SPARE : lost;
        MemorySegment bytes = memory(id.sourceSymbols() * (long) id.symbolBytes());
        for (long i = 0; i < bytes.byteSize(); i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 0x9E3779B1L) >>> 24));
        }
        gone = new BitSet(id.sourceSymbols());
        block = new Block(bytes, Optional.of(bytes));
        sources = new GroupSource[] {block, new Stored(block), new Shared(block)};
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
        encode(encoder, symbols);
    }

    private void encode(Encoder by, ByteBuffer into) {
        int most = Math.ceilDiv(repairs, 2); // as engines do: frames, not all at once
        int first = id.sourceSymbols();
        try {
            by.encode(first, most, into.clear());
            by.encode(first + most, repairs - most, into);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restores the block from what is left of the source symbols, and repair symbols. */
    public void decode() {
        decoder.reset(block.sizeBytes());
        decode(decoder);
    }

    /**
     * Both, by an encoder and a decoder that are made for it, to and from what they have not seen:
     * what a first block costs.
     */
    public void anew() {
        try (Encoder first = codec.prepare(id, sources[turn % sources.length]);
                Decoder then = codec.decoder(id, block.sizeBytes())) {
            encode(first, symbols.duplicate());
            decode(then);
        }
    }

    /** Other symbols are lost in each turn, and they come in another order. */
    private void decode(Decoder by) {
        int k = id.sourceSymbols();
        int size = id.symbolBytes();
        turn = (turn + 1) % k;
        gone.clear();
        for (int i = 0; i < lost; i++) {
            gone.set((int) ((turn + (long) i * k / lost) % k));
        }
        for (int n = 0, i = turn; n < k; n++, i = i + 1 == k ? 0 : i + 1) {
            if (!gone.get(i)) {
                by.offer(i, whole.limit((i + 1) * size).position(i * size));
            }
        }
        for (int i = repairs - 1; i >= 0 && !by.ready(); i--) {
            by.offer(k + i, symbols.limit((i + 1) * size).position(i * size));
        }
        by.recover(restored.clear());
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
