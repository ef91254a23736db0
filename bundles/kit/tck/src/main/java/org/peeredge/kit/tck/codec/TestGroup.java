// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** A group whose bytes follow from a seed. */
final class TestGroup implements GroupSource {
    private final byte[] bytes;

    TestGroup(long seed, int size) {
        bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
    }

    /** A heap buffer over all of it. */
    ByteBuffer all() {
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public int sizeBytes() {
        return bytes.length;
    }

    @Override
    public void read(int offset, ByteBuffer into) throws IOException {
        if (offset < 0 || offset + into.remaining() > bytes.length) {
            throw new IOException(
                    "read of "
                            + into.remaining()
                            + " bytes at "
                            + offset
                            + " is not inside the group of "
                            + bytes.length);
        }
        into.put(bytes, offset, into.remaining());
    }

    /** One symbol, from an encoder of its own: another sender. */
    ByteBuffer symbol(CodecProvider codec, CodecId id, int number) throws IOException {
        try (Encoder encoder = codec.prepare(id, this)) {
            return symbol(encoder, id, number);
        }
    }

    static ByteBuffer symbol(Encoder encoder, CodecId id, int number) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(id.symbolBytes());
        encoder.encode(number, 1, into);
        return into.flip();
    }
}
