// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/**
 * Partition[I, J] of RFC 6330 section 4.4.1.2: I things in J parts whose sizes differ by one at
 * most, the large ones first.
 *
 * @param large things in each of the large parts (IL)
 * @param small things in each of the small parts (IS)
 * @param larges how many large parts there are (JL)
 * @param smalls how many small parts there are (JS)
 */
record Partition(int large, int small, int larges, int smalls) {
    static Partition of(int things, int parts) {
        int small = things / parts;
        int larges = things - small * parts;
        return new Partition(larges == 0 ? small : small + 1, small, larges, parts - larges);
    }

    /** Things in a part. */
    int size(int part) {
        return part < larges ? large : small;
    }

    /** Things in all parts before one. */
    int before(int part) {
        int first = Math.min(part, larges);
        return first * large + (part - first) * small;
    }
}
