// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.none;

import org.peeredge.dts.api.codec.CodecId;

/** How a group of a given length falls into symbols; the last one ends where the group ends. */
record NoneShape(CodecId id, int groupBytes) {
    /** Refuses a group that does not need exactly the code's k symbols. */
    NoneShape {
        int needed = groupBytes < 1 ? 0 : (groupBytes + id.symbolBytes() - 1) / id.symbolBytes();
        if (needed != id.sourceSymbols()) {
            throw new IllegalArgumentException(
                    "a group of "
                            + groupBytes
                            + " bytes has "
                            + needed
                            + " symbols of "
                            + id.symbolBytes()
                            + " bytes, not "
                            + id.sourceSymbols());
        }
    }

    int symbols() {
        return id.sourceSymbols();
    }

    int offset(int symbol) {
        return symbol * id.symbolBytes();
    }

    int length(int symbol) {
        return Math.min(id.symbolBytes(), groupBytes - offset(symbol));
    }

    /** Refuses numbers that the code does not have. */
    void check(int first, int count) {
        if (first < 0 || count < 1 || first > symbols() - count) {
            throw new IllegalArgumentException(
                    "symbols " + first + " to " + ((long) first + count - 1) + " of " + symbols());
        }
    }
}
