// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import org.peeredge.dts.api.codec.CodecId;

/**
 * How a block of a given length falls into symbols: source symbols are its bytes in order, the last
 * of them ends where the block ends; repair symbols, numbered from k on, are all of full length.
 */
public record BlockShape(CodecId id, int blockBytes) {
    /**
     * Refuses a block that does not need exactly the code's k symbols.
     *
     * @throws IllegalArgumentException with the values
     */
    public BlockShape {
        int needed =
                blockBytes < 1
                        ? 0
                        : (int) (((long) blockBytes + id.symbolBytes() - 1) / id.symbolBytes());
        if (needed != id.sourceSymbols()) {
            throw new IllegalArgumentException(
                    "a group of "
                            + blockBytes
                            + " bytes has "
                            + needed
                            + " symbols of "
                            + id.symbolBytes()
                            + " bytes, not "
                            + id.sourceSymbols());
        }
    }

    /** k. */
    public int sourceSymbols() {
        return id.sourceSymbols();
    }

    /** Bytes of the block with its padding. */
    public int paddedBytes() {
        return id.sourceSymbols() * id.symbolBytes();
    }

    /** Where a source symbol starts in the block. */
    public int offset(int symbol) {
        return symbol * id.symbolBytes();
    }

    /** Bytes of a symbol. */
    public int length(int symbol) {
        return symbol == id.sourceSymbols() - 1 ? blockBytes - offset(symbol) : id.symbolBytes();
    }

    /** Bytes of symbols {@code first .. first + count - 1} together. */
    public long length(int first, int count) {
        long full = (long) count * id.symbolBytes();
        int last = id.sourceSymbols() - 1;
        boolean holdsLast = first <= last && last - first < count;
        return holdsLast ? full - id.symbolBytes() + length(last) : full;
    }

    /**
     * Refuses numbers that the code does not have.
     *
     * @param symbols how many it has
     * @throws IllegalArgumentException with the numbers
     */
    public static void check(int first, int count, int symbols) {
        if (first < 0 || count < 1 || first > symbols - count) {
            throw new IllegalArgumentException(
                    "symbols " + first + " to " + ((long) first + count - 1) + " of " + symbols);
        }
    }

    /**
     * Refuses a symbol of a wrong length.
     *
     * @throws IllegalArgumentException with the lengths
     */
    public void checkLength(int number, int bytes) {
        if (bytes != length(number)) {
            throw new IllegalArgumentException(
                    "symbol " + number + " has " + length(number) + " bytes, not " + bytes);
        }
    }
}
