// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.peeredge.dts.api.Digest;

/** A digest on the wire: one byte for the algorithm (1 sha256, 2 sha512), then the hash. */
final class Digests {
    private static final int SHA256 = 1;
    private static final int SHA512 = 2;

    private Digests() {}

    static byte[] toBytes(Digest digest) {
        byte[] hash = HexFormat.of().parseHex(digest.hex());
        byte[] out = new byte[1 + hash.length];
        out[0] = (byte) (hash.length == 32 ? SHA256 : SHA512);
        System.arraycopy(hash, 0, out, 1, hash.length);
        return out;
    }

    static Digest fromBytes(String field, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Digest digest = read(field, in);
        if (in.hasRemaining()) {
            throw new MalformedException(field, bytes.length + " bytes are too many");
        }
        return digest;
    }

    /** Reads algorithm and hash from where {@code in} stands. */
    static Digest read(String field, ByteBuffer in) {
        int algorithm = in.hasRemaining() ? in.get() & 0xff : 0;
        int length =
                switch (algorithm) {
                    case SHA256 -> 32;
                    case SHA512 -> 64;
                    default ->
                            throw new MalformedException(
                                    field, "unknown digest algorithm " + algorithm);
                };
        if (in.remaining() < length) {
            throw new MalformedException(field, "cut short");
        }
        byte[] hash = new byte[length];
        in.get(hash);
        return new Digest(
                algorithm == SHA256 ? "sha256" : "sha512", HexFormat.of().formatHex(hash));
    }
}
