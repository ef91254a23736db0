// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.function.LongConsumer;

/**
 * Keys with a count each, in two arrays: 12 bytes for a slot, where a map of objects takes some 50.
 * Open addressing with linear probing, at most two thirds full; removal moves back what follows.
 */
final class KeyCounts {
    private static final int FIRST_SLOTS = 8;

    private long[] keys = new long[FIRST_SLOTS];
    private int[] counts = new int[FIRST_SLOTS];
    private int size;

    int size() {
        return size;
    }

    boolean has(long key) {
        return counts[slot(key)] > 0;
    }

    /** Counts one more; whether it is the first. */
    boolean add(long key) {
        int at = slot(key);
        if (counts[at]++ > 0) {
            return false;
        }
        keys[at] = key;
        if (++size * 3 > keys.length * 2) {
            grow();
        }
        return true;
    }

    /** Counts one less; whether it was the last. Unknown keys are ignored. */
    boolean remove(long key) {
        int at = slot(key);
        if (counts[at] == 0 || --counts[at] > 0) {
            return false;
        }
        size--;
        int mask = keys.length - 1;
        int hole = at;
        for (int next = (at + 1) & mask; counts[next] > 0; next = (next + 1) & mask) {
            int home = (int) Keys.mix(keys[next]) & mask;
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                keys[hole] = keys[next];
                counts[hole] = counts[next];
                counts[next] = 0;
                hole = next;
            }
        }
        return true;
    }

    /** Each key once, in no order that means anything but the same for the same history. */
    void each(LongConsumer use) {
        for (int i = 0; i < keys.length; i++) {
            if (counts[i] > 0) {
                use.accept(keys[i]);
            }
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int at = (int) Keys.mix(key) & mask;
        while (counts[at] > 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldCounts = counts;
        keys = new long[oldKeys.length * 2];
        counts = new int[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldCounts[i] > 0) {
                int at = slot(oldKeys[i]);
                keys[at] = oldKeys[i];
                counts[at] = oldCounts[i];
            }
        }
    }
}
