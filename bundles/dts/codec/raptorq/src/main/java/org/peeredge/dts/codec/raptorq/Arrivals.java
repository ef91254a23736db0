// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;
import java.util.BitSet;

/** Which symbols have come, in their order. A hash table of fixed size: numbers are a sender's. */
final class Arrivals {
    private static final int GOLDEN = 0x9e3779b9;

    private final int sourceSymbols;
    private final int[] numbers;

    /** Numbers plus one of repair symbols; 0 where none is. */
    private final int[] table;

    private final int shift;
    private final BitSet source;
    private int count;
    private int sources;

    Arrivals(int sourceSymbols, int capacity) {
        this.sourceSymbols = sourceSymbols;
        numbers = new int[capacity];
        int bits = 33 - Integer.numberOfLeadingZeros(capacity);
        table = new int[1 << bits];
        shift = 32 - bits;
        source = new BitSet(sourceSymbols);
    }

    /** Appends a symbol, unless it is here; there has to be room. */
    boolean add(int number) {
        if (number < sourceSymbols) {
            if (source.get(number)) {
                return false;
            }
            source.set(number);
            sources++;
        } else {
            int at = (number * GOLDEN) >>> shift;
            while (table[at] != 0) {
                if (table[at] == number + 1) {
                    return false;
                }
                at = (at + 1) & (table.length - 1);
            }
            table[at] = number + 1;
        }
        numbers[count++] = number;
        return true;
    }

    /** Forgets the symbol that was added last. */
    void dropLast() {
        int number = numbers[--count];
        if (number < sourceSymbols) {
            source.clear(number);
            sources--;
        } else {
            // Nothing was put behind it since.
            int at = (number * GOLDEN) >>> shift;
            while (table[at] != number + 1) {
                at = (at + 1) & (table.length - 1);
            }
            table[at] = 0;
        }
    }

    /** Forgets all repair symbols; source symbols stay in their order. */
    void keepSources() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (numbers[i] < sourceSymbols) {
                numbers[kept++] = numbers[i];
            }
        }
        count = kept;
        Arrays.fill(table, 0);
    }

    int number(int arrival) {
        return numbers[arrival];
    }

    int count() {
        return count;
    }

    int capacity() {
        return numbers.length;
    }

    /** How many of them are source symbols. */
    int sources() {
        return sources;
    }

    /** The first source symbol from {@code from} on that is not here. */
    int nextMissing(int from) {
        return source.nextClearBit(from);
    }

    long sizeBytes() {
        return sizeBytes(sourceSymbols, numbers.length);
    }

    static long sizeBytes(int sourceSymbols, int capacity) {
        return 20L * capacity + sourceSymbols / 8 + 64;
    }

    void clear() {
        count = 0;
        sources = 0;
        source.clear();
        Arrays.fill(table, 0);
    }
}
