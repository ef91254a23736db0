// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.cache;

/**
 * What it costs to fetch a blob again, as a number of bytes over an ordinary far link: a byte from
 * a neighbour is a part of that, a byte over a metered link many times that, and every blob costs
 * some bytes of asking, however small it is.
 */
public final class RefetchCost {
    /** A round trip and the requests around a blob, in bytes that a far link moves meanwhile. */
    public static final long REQUEST = 64 * 1024;

    /** Bytes from a neighbour that weigh as much as one from afar. */
    public static final int LAN_DIVISOR = 16;

    /** How much more a byte over a metered link weighs. */
    public static final int METERED_FACTOR = 8;

    private RefetchCost() {}

    /** From a member in the LAN. */
    public static long lan(long sizeBytes) {
        return (REQUEST + sizeBytes) / LAN_DIVISOR;
    }

    /** From a member afar, or from an upstream. */
    public static long far(long sizeBytes) {
        return REQUEST + sizeBytes;
    }

    /** Over a link whose bytes are paid for. */
    public static long metered(long sizeBytes) {
        return REQUEST + sizeBytes * METERED_FACTOR;
    }
}
