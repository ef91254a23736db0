// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** What the first byte of a CBOR item says (RFC 8949, section 3). */
final class Cbor {
    /** Major types: the three high bits. */
    static final int UNSIGNED = 0;

    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;
    static final int TAG = 6;
    static final int SIMPLE = 7;

    /** The five low bits: less is the value itself; from here on 1, 2, 4 or 8 bytes follow. */
    static final int ONE_BYTE = 24;

    static final int EIGHT_BYTES = 27;

    /** Ends at a break; as a simple value, the break itself. */
    static final int INDEFINITE = 31;

    /** Simple values. */
    static final int FALSE = 20;

    static final int TRUE = 21;

    private Cbor() {}
}
