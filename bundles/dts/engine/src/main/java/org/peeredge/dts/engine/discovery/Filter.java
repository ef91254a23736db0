// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import org.peeredge.dts.engine.wire.Limits;

/**
 * A Bloom filter over keys (Bloom 1970; two hashes make all, Kirsch and Mitzenmacher 2006). Its
 * length is a power of two of bytes, so a reader needs nothing but the bytes.
 */
final class Filter {
    /** At 12 bits a key and 5 probes one in 200 answers is wrong, at 24 one in 5,000. */
    private static final int BITS_PER_KEY = 12;

    private static final int PROBES = 5;
    private static final int LEAST_BYTES = 64;

    private final byte[] bits;

    private Filter(byte[] bits) {
        this.bits = bits;
    }

    /** An empty one for so many keys; beyond what its largest size holds it only errs more. */
    static Filter sized(int keys) {
        long wanted = (long) keys * BITS_PER_KEY / Byte.SIZE;
        int bytes = LEAST_BYTES;
        while (bytes < wanted && bytes < Limits.MAX_FILTER_BYTES) {
            bytes *= 2;
        }
        return new Filter(new byte[bytes]);
    }

    /** Of bytes that a message brought; their length is a power of two or 0. */
    static Filter of(byte[] bytes) {
        return new Filter(bytes);
    }

    /** Keys that it holds well. */
    int room() {
        return bits.length >= Limits.MAX_FILTER_BYTES
                ? Integer.MAX_VALUE
                : bits.length * Byte.SIZE / BITS_PER_KEY;
    }

    void add(long key) {
        long hash = Keys.mix(key);
        for (int i = 0; i < PROBES && bits.length > 0; i++) {
            int bit = bit(hash, i);
            bits[bit >>> 3] |= (byte) (1 << (bit & 7));
        }
    }

    boolean has(long key) {
        long hash = Keys.mix(key);
        for (int i = 0; i < PROBES; i++) {
            if (bits.length == 0) {
                return false;
            }
            int bit = bit(hash, i);
            if ((bits[bit >>> 3] & (1 << (bit & 7))) == 0) {
                return false;
            }
        }
        return true;
    }

    private int bit(long hash, int probe) {
        int step = (int) (hash >>> 32) | 1;
        return ((int) hash + probe * step) & (bits.length * Byte.SIZE - 1);
    }

    byte[] bytes() {
        return bits.clone();
    }

    int length() {
        return bits.length;
    }
}
