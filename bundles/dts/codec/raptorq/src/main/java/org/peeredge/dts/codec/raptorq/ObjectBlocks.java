// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.GroupSource;

/**
 * How a whole object falls into source blocks, and these into sub-blocks (RFC 6330 section
 * 4.4.1.2): a symbol of a block is one sub-symbol of each of its sub-blocks, and a sub-block's
 * sub-symbols are next to each other in the object. Behind the object there are zeros up to a whole
 * symbol. Does not change: safe for use by many threads.
 */
final class ObjectBlocks {
    private final ObjectTransmissionInformation information;
    private final Partition blocks;
    private final Partition subSymbols;

    /** Bytes of an object, at an offset; may block. */
    interface Part {
        /** Moves the bytes at {@code offset} to or from all of {@code bytes}. */
        void move(long offset, ByteBuffer bytes) throws IOException;
    }

    ObjectBlocks(ObjectTransmissionInformation information) {
        this.information = information;
        blocks = information.blocks();
        subSymbols = information.subSymbols();
    }

    /** The code of a block, all of whose symbols are full. */
    CodecId id(int block) {
        return new CodecId(RaptorqCodec.TYPE, blocks.size(block), -1, information.symbolBytes());
    }

    /** A block's bytes, symbol by symbol. */
    GroupSource source(int block, Part object) {
        CodecId id = id(block);
        return new GroupSource() {
            @Override
            public int sizeBytes() {
                return id.sourceSymbols() * id.symbolBytes();
            }

            @Override
            public void read(int offset, ByteBuffer into) throws IOException {
                forEachPart(block, offset, into, object, true);
            }
        };
    }

    /** Puts all bytes of a block, symbol by symbol, to their places in the object. */
    void write(int block, ByteBuffer bytes, Part object) throws IOException {
        forEachPart(block, 0, bytes, object, false);
    }

    private void forEachPart(int block, int offset, ByteBuffer bytes, Part object, boolean zeros)
            throws IOException {
        int symbolBytes = information.symbolBytes();
        long start = (long) blocks.before(block) * symbolBytes;
        int symbols = blocks.size(block);
        int at = offset;
        while (bytes.hasRemaining()) {
            int symbol = at / symbolBytes;
            int inSymbol = at % symbolBytes;
            int unit = inSymbol / information.alignment();
            int sub = subBlock(unit);
            int before = subSymbols.before(sub) * information.alignment();
            int size = subSymbols.size(sub) * information.alignment();
            int inSub = inSymbol - before;
            long place = start + (long) symbols * before + (long) symbol * size + inSub;
            int length = Math.min(size - inSub, bytes.remaining());
            move(place, bytes, length, object, zeros);
            at += length;
        }
    }

    private int subBlock(int unit) {
        int firsts = subSymbols.larges() * subSymbols.large();
        return unit < firsts
                ? unit / subSymbols.large()
                : subSymbols.larges() + (unit - firsts) / subSymbols.small();
    }

    private void move(long place, ByteBuffer bytes, int length, Part object, boolean zeros)
            throws IOException {
        int end = bytes.position() + length;
        int here = Math.clamp(information.transferLength() - place, 0, length);
        if (here > 0) {
            object.move(place, bytes.slice(bytes.position(), here));
        }
        for (int i = bytes.position() + here; zeros && i < end; i++) {
            bytes.put(i, (byte) 0);
        }
        bytes.position(end);
    }
}
