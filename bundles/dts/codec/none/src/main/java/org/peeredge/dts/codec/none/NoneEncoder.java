// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.none;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** Reads symbols straight from the source into the caller's buffer; holds nothing. */
final class NoneEncoder implements Encoder {
    private NoneShape shape;
    private GroupSource group;

    NoneEncoder(NoneShape shape, GroupSource group) {
        this.shape = shape;
        this.group = group;
    }

    @Override
    public void encode(int first, int count, ByteBuffer into) throws IOException {
        shape.check(first, count);
        int last = first + count - 1;
        int start = shape.offset(first);
        int length = shape.offset(last) + shape.length(last) - start;
        if (into.remaining() < length) {
            throw new IllegalArgumentException(
                    "room for " + into.remaining() + " bytes, " + length + " needed");
        }
        ByteBuffer window = into.slice(into.position(), length);
        group.read(start, window);
        if (window.hasRemaining()) {
            throw new IOException(
                    "the group's source gave " + window.position() + " bytes instead of " + length);
        }
        into.position(into.position() + length);
    }

    @Override
    public void reset(GroupSource next) {
        shape = new NoneShape(shape.id(), next.sizeBytes());
        group = next;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
