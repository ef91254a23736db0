// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.peeredge.dts.codec.fft.Vectors.TABLE;
import static org.peeredge.dts.codec.fft.Vectors.WIDTH;
import static org.peeredge.dts.codec.fft.Vectors.add;
import static org.peeredge.dts.codec.fft.Vectors.addMap;
import static org.peeredge.dts.codec.fft.Vectors.load;
import static org.peeredge.dts.codec.fft.Vectors.store;
import static org.peeredge.dts.codec.fft.Vectors.zero;

import jdk.incubator.vector.ByteVector;

/** Sums of runs of bytes, and products by a byte. */
final class ByteRuns {
    private ByteRuns() {}

    /** Adds the run at {@code from} to that at {@code p}. */
    static void add1(long p, int bytes, long from) {
        for (int i = 0; i < bytes; i += WIDTH) {
            store(add(load(p + i), load(from + i)), p + i);
        }
    }

    /** Adds two runs, of which the other is behind the one at {@code from}, to that at p. */
    static void add2(long p, int bytes, long from) {
        long also = from + bytes;
        for (int i = 0; i < bytes; i += WIDTH) {
            store(add(add(load(p + i), load(from + i)), load(also + i)), p + i);
        }
    }

    /** Sets a run to zero. */
    static void clear(long p, int bytes) {
        for (int i = 0; i < bytes; i += WIDTH) {
            store(zero(), p + i);
        }
    }

    /** The formal derivative of four coefficients, runs of {@code step} bytes. */
    static void derive4(long p, int step) {
        long q = p + step;
        long r = q + step;
        long s = r + step;
        for (int i = 0; i < step; i += WIDTH) {
            ByteVector b = load(q + i);
            ByteVector c = load(r + i);
            ByteVector d = load(s + i);
            store(add(add(load(p + i), b), c), p + i);
            store(add(b, d), q + i);
            store(add(c, d), r + i);
        }
    }

    /** The formal derivative of eight coefficients: each loaded and stored once. */
    static void derive8(long p, int step) {
        long q = p + 4L * step;
        for (int i = 0; i < step; i += WIDTH) {
            ByteVector b = load(p + step + i);
            ByteVector c = load(p + 2L * step + i);
            ByteVector d = load(p + 3L * step + i);
            ByteVector e = load(q + i);
            ByteVector f = load(q + step + i);
            ByteVector g = load(q + 2L * step + i);
            ByteVector h = load(q + 3L * step + i);
            store(add(add(add(load(p + i), b), c), e), p + i);
            store(add(add(b, d), f), p + step + i);
            store(add(add(c, d), g), p + 2L * step + i);
            store(add(d, h), p + 3L * step + i);
            store(add(add(e, f), g), q + i);
            store(add(f, h), q + step + i);
            store(add(g, h), q + 2L * step + i);
        }
    }

    /**
     * Multiplies runs by bytes.
     *
     * @param p address of position 0
     * @param tables of the products by 0 to 255
     * @param factors by position
     */
    static void times(long p, int step, int[] positions, int count, int[] factors, long tables) {
        for (int next = 0; next < count; next++) {
            long a = p + (long) positions[next] * step;
            long table = tables + (long) factors[positions[next]] * TABLE;
            ByteVector low = load(table);
            ByteVector high = load(table + WIDTH);
            for (int i = 0; i < step; i += WIDTH) {
                store(addMap(zero(), load(a + i), low, high), a + i);
            }
        }
    }

    /** Copies runs of whole vectors. */
    static void copy(long from, long fromStep, long to, long toStep, int bytes, int count) {
        for (int next = 0; next < count; next++) {
            long a = from + next * fromStep;
            long b = to + next * toStep;
            for (int i = 0; i < bytes; i += WIDTH) {
                store(load(a + i), b + i);
            }
        }
    }
}
