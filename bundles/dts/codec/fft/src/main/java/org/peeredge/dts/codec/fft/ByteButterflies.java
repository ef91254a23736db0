// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.peeredge.dts.codec.fft.Vectors.TABLE;
import static org.peeredge.dts.codec.fft.Vectors.WIDTH;
import static org.peeredge.dts.codec.fft.Vectors.add;
import static org.peeredge.dts.codec.fft.Vectors.addMap;
import static org.peeredge.dts.codec.fft.Vectors.load;
import static org.peeredge.dts.codec.fft.Vectors.store;

import jdk.incubator.vector.ByteVector;

/**
 * Butterflies whose factors are bytes: all there is in GF(2^8), and most in GF(2^16).
 *
 * <p>A block is two or four runs of {@code step} bytes one after another, which are joined; its
 * factors follow from its point. Each method is one loop over all blocks: loops within loops of few
 * turns cost more than the look-ups that they would save.
 */
final class ByteButterflies {
    private ByteButterflies() {}

    private static long table(long tables, int factor) {
        return tables + (long) factor * TABLE;
    }

    /**
     * Two layers towards coefficients.
     *
     * @param p address of the first block
     * @param blocks how many, one after another
     * @param layer the lower layer
     * @param point of the first block
     * @param tables of the products by 0 to 255
     */
    static void inverse4(long p, int step, int blocks, int layer, int point, long tables) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            long table01 = table(tables, x >> layer);
            long table02 = table(tables, x >> (layer + 1));
            ByteVector low01 = load(table01);
            ByteVector high01 = load(table01 + WIDTH);
            ByteVector low23 = load(table01 + 2L * TABLE);
            ByteVector high23 = load(table01 + 2L * TABLE + WIDTH);
            ByteVector low02 = load(table02);
            ByteVector high02 = load(table02 + WIDTH);
            long b = a + step;
            long c = b + step;
            long d = c + step;
            for (int i = 0; i < step; i += WIDTH) {
                ByteVector va = load(a + i);
                ByteVector vb = add(load(b + i), va);
                va = addMap(va, vb, low01, high01);
                ByteVector vc = load(c + i);
                ByteVector vd = add(load(d + i), vc);
                vc = addMap(vc, vd, low23, high23);
                vc = add(vc, va);
                vd = add(vd, vb);
                store(addMap(va, vc, low02, high02), a + i);
                store(addMap(vb, vd, low02, high02), b + i);
                store(vc, c + i);
                store(vd, d + i);
            }
            a = d + step;
            x += 4 << layer;
        }
    }

    /** One block at point 0, where factors 01 and 02 are 0 and factor 23 is 2. */
    static void inverse4At0(long p, int step, int blocks, int layer, int point, long tables) {
        ByteVector low = load(table(tables, 2));
        ByteVector high = load(table(tables, 2) + WIDTH);
        long q = p + step;
        long r = q + step;
        long s = r + step;
        for (int i = 0; i < step; i += WIDTH) {
            ByteVector a = load(p + i);
            ByteVector b = add(load(q + i), a);
            ByteVector c = load(r + i);
            ByteVector d = add(load(s + i), c);
            c = addMap(c, d, low, high);
            store(b, q + i);
            store(add(c, a), r + i);
            store(add(d, b), s + i);
        }
    }

    /** One layer towards coefficients. */
    static void inverse2(long p, int step, int blocks, int layer, int point, long tables) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            ByteVector low = load(table(tables, x >> layer));
            ByteVector high = load(table(tables, x >> layer) + WIDTH);
            for (int i = 0; i < step; i += WIDTH) {
                ByteVector va = load(a + i);
                ByteVector vb = add(load(a + step + i), va);
                store(addMap(va, vb, low, high), a + i);
                store(vb, a + step + i);
            }
            a += 2L * step;
            x += 2 << layer;
        }
    }

    /** Two layers towards values. */
    static void forward4(long p, int step, int blocks, int layer, int point, long tables) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            long table01 = table(tables, x >> layer);
            long table02 = table(tables, x >> (layer + 1));
            ByteVector low01 = load(table01);
            ByteVector high01 = load(table01 + WIDTH);
            ByteVector low23 = load(table01 + 2L * TABLE);
            ByteVector high23 = load(table01 + 2L * TABLE + WIDTH);
            ByteVector low02 = load(table02);
            ByteVector high02 = load(table02 + WIDTH);
            long b = a + step;
            long c = b + step;
            long d = c + step;
            for (int i = 0; i < step; i += WIDTH) {
                ByteVector vc = load(c + i);
                ByteVector va = addMap(load(a + i), vc, low02, high02);
                vc = add(vc, va);
                ByteVector vd = load(d + i);
                ByteVector vb = addMap(load(b + i), vd, low02, high02);
                vd = add(vd, vb);
                va = addMap(va, vb, low01, high01);
                vc = addMap(vc, vd, low23, high23);
                store(va, a + i);
                store(add(vb, va), b + i);
                store(vc, c + i);
                store(add(vd, vc), d + i);
            }
            a = d + step;
            x += 4 << layer;
        }
    }

    /** One block at point 0, where factors 01 and 02 are 0 and factor 23 is 2. */
    static void forward4At0(long p, int step, int blocks, int layer, int point, long tables) {
        ByteVector low = load(table(tables, 2));
        ByteVector high = load(table(tables, 2) + WIDTH);
        long q = p + step;
        long r = q + step;
        long s = r + step;
        for (int i = 0; i < step; i += WIDTH) {
            ByteVector a = load(p + i);
            ByteVector c = add(load(r + i), a);
            ByteVector b = load(q + i);
            ByteVector d = add(load(s + i), b);
            c = addMap(c, d, low, high);
            store(add(b, a), q + i);
            store(c, r + i);
            store(add(d, c), s + i);
        }
    }

    /** One layer towards values. */
    static void forward2(long p, int step, int blocks, int layer, int point, long tables) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            ByteVector low = load(table(tables, x >> layer));
            ByteVector high = load(table(tables, x >> layer) + WIDTH);
            for (int i = 0; i < step; i += WIDTH) {
                ByteVector vb = load(a + step + i);
                ByteVector va = addMap(load(a + i), vb, low, high);
                store(va, a + i);
                store(add(vb, va), a + step + i);
            }
            a += 2L * step;
            x += 2 << layer;
        }
    }
}
