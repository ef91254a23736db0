// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.util.function.IntUnaryOperator;

/**
 * Linear maps of bytes, eight bytes in a long: for each bit of the bytes, all ones where it is set,
 * and the image of the bit. The loops run over arrays with one index and are short, which is what
 * the JIT turns into vector code.
 */
final class PlainMaps {
    private static final long LOW_BITS = 0x0101010101010101L;

    private PlainMaps() {}

    /** The images of the eight bits under a linear map, one after another. */
    static long[] images(int maps, IntUnaryOperator map) {
        long[] images = new long[maps * 8];
        for (int i = 0; i < maps * 8; i++) {
            images[i] = map.applyAsInt(i) * LOW_BITS;
        }
        return images;
    }

    /** The images of the bits under products by 0 to 255. */
    static long[] products(CantorField field) {
        return images(256, i -> field.mul(i >>> 3, 1 << (i & 7)));
    }

    /** a += map(x), where the map's images start at {@code map}. */
    static void addMap(long[] a, long[] x, int longs, long[] images, int map) {
        for (int bit = 0; bit < 8; bit += 2) {
            addBits(a, x, longs, bit, images[map + bit], images[map + bit + 1]);
        }
    }

    private static void addBits(long[] a, long[] x, int longs, int bit, long image, long next) {
        for (int i = 0; i < longs; i++) {
            long y = x[i] >>> bit;
            long one = y & LOW_BITS;
            long two = y >>> 1 & LOW_BITS;
            a[i] ^= (((one << 8) - one) & image) ^ (((two << 8) - two) & next);
        }
    }

    /** a += x. */
    static void add(long[] a, long[] x, int longs) {
        for (int i = 0; i < longs; i++) {
            a[i] ^= x[i];
        }
    }
}
