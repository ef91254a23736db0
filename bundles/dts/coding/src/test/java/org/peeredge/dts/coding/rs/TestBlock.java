// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.peeredge.dts.api.codec.GroupSource;

/** A block on the heap. */
final class TestBlock implements GroupSource {
    private final byte[] bytes;

    TestBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    static TestBlock random(SplittableRandom random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return new TestBlock(bytes);
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public int sizeBytes() {
        return bytes.length;
    }

    @Override
    public void read(int offset, ByteBuffer into) {
        into.put(bytes, offset, into.remaining());
    }
}
