// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.io.erasurecode.ErasureCoderOptions;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawEncoder;

/** Hadoop's coder in Java, on arrays, which it is faster on than on direct buffers. */
final class Hadoop {
    private final RSRawEncoder encoder;
    private final byte[][] sources;
    private final byte[][] repairs;

    Hadoop(Code code) {
        encoder = new RSRawEncoder(new ErasureCoderOptions(code.k(), code.m()));
        sources = new byte[code.k()][code.symbolBytes()];
        repairs = new byte[code.m()][code.symbolBytes()];
        ByteBuffer bytes = new Content(1, code.blockBytes()).bytes();
        for (byte[] source : sources) {
            bytes.get(source);
        }
        encode();
        ByteBuffer all = ByteBuffer.allocate(code.m() * code.symbolBytes());
        for (byte[] repair : repairs) {
            all.put(repair);
        }
        Coding.mustBeOurs(code, all.flip());
    }

    void encode() {
        try {
            encoder.encode(sources, repairs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
