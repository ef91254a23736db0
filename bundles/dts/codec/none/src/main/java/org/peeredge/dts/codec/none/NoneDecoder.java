// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.none;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.peeredge.dts.api.codec.Decoder;

/** Puts symbols in their places. */
final class NoneDecoder implements Decoder {
    private static final byte[] CLOSED = new byte[0];

    private NoneShape shape;
    private final BitSet here = new BitSet();
    private byte[] group;

    NoneDecoder(NoneShape shape) {
        this.shape = shape;
        this.group = new byte[shape.groupBytes()];
    }

    @Override
    public boolean offer(int number, ByteBuffer symbol) {
        checkOpen();
        shape.check(number, 1);
        int length = shape.length(number);
        if (symbol.remaining() != length) {
            throw new IllegalArgumentException(
                    "symbol " + number + " has " + length + " bytes, not " + symbol.remaining());
        }
        if (!here.get(number)) {
            symbol.get(symbol.position(), group, shape.offset(number), length);
            here.set(number);
        }
        return ready();
    }

    @Override
    public boolean ready() {
        return here.cardinality() == shape.symbols();
    }

    @Override
    public void recover(ByteBuffer into) {
        checkOpen();
        if (!ready()) {
            throw new IllegalStateException(
                    here.cardinality() + " of " + shape.symbols() + " symbols are here");
        }
        if (into.remaining() < group.length) {
            throw new IllegalArgumentException(
                    "room for " + into.remaining() + " bytes, " + group.length + " needed");
        }
        into.put(group);
    }

    @Override
    public void reset(int groupBytes) {
        checkOpen();
        shape = new NoneShape(shape.id(), groupBytes);
        if (group.length != groupBytes) {
            group = new byte[groupBytes];
        }
        here.clear();
    }

    @Override
    public void close() {
        group = CLOSED;
    }

    private void checkOpen() {
        if (group.length == 0) {
            throw new IllegalStateException("the decoder is closed");
        }
    }
}
