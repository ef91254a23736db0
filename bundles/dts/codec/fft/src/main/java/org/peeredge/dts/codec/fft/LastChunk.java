// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The end of a symbol of words, where its chunks of 64 bytes are not whole or not enough: a short
 * chunk of 2 n bytes is n low bytes, then the n high ones, as in reed-solomon-simd 3.
 */
final class LastChunk {
    static final int CHUNK = 64;

    private LastChunk() {}

    /** Copies the last bytes of a symbol to whole chunks that are padded with zeros. */
    static void pad(MemorySegment symbols, long at, MemorySegment chunks, int bytes) {
        int whole = bytes / CHUNK * CHUNK;
        int half = (bytes - whole) / 2;
        MemorySegment.copy(symbols, at, chunks, 0, whole);
        for (long i = whole; i < chunks.byteSize(); i += Long.BYTES) {
            chunks.set(ValueLayout.JAVA_LONG, i, 0);
        }
        MemorySegment.copy(symbols, at + whole, chunks, whole, half);
        MemorySegment.copy(symbols, at + whole + half, chunks, whole + CHUNK / 2, half);
    }

    /** The way back. */
    static void cut(MemorySegment chunks, MemorySegment symbols, long at, int bytes) {
        int whole = bytes / CHUNK * CHUNK;
        int half = (bytes - whole) / 2;
        MemorySegment.copy(chunks, 0, symbols, at, whole);
        MemorySegment.copy(chunks, whole, symbols, at + whole, half);
        MemorySegment.copy(chunks, whole + CHUNK / 2, symbols, at + whole + half, half);
    }
}
