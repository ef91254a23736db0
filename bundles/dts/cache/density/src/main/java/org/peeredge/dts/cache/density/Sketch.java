// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

/**
 * How often blobs were asked for, those that are gone included, in a fixed amount of memory: a
 * count-min sketch with conservative update (Estan and Varghese 2002). It errs upwards only.
 */
final class Sketch {
    private static final int ROWS = 4;

    private final float[] cells;
    private final int width;

    /**
     * An empty sketch of 16 bytes per column.
     *
     * @param columns a power of two
     */
    Sketch(int columns) {
        width = columns;
        cells = new float[ROWS * columns];
    }

    int columns() {
        return width;
    }

    /** The count of a blob. */
    float count(long hash) {
        float least = Float.MAX_VALUE;
        for (int row = 0; row < ROWS; row++) {
            least = Math.min(least, cells[at(hash, row)]);
        }
        return least;
    }

    /** Raises the count of a blob to {@code count}, if it is less. */
    void raise(long hash, float count) {
        for (int row = 0; row < ROWS; row++) {
            int at = at(hash, row);
            cells[at] = Math.max(cells[at], count);
        }
    }

    /** Multiplies every count. */
    void scale(float factor) {
        for (int i = 0; i < cells.length; i++) {
            cells[i] *= factor;
        }
    }

    private int at(long hash, int row) {
        long mixed = (hash + row) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return row * width + (int) (mixed >>> 40 & (width - 1));
    }
}
