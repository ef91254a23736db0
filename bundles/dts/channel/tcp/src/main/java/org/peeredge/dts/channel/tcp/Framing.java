// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

/**
 * How frames lie in the stream; see {@code docs/protocol/channel-tcp.md}. Before each run of bytes
 * stand four that tell what it is, in their upper bits, and how long. Version 1 knows whole frames
 * only; in version 2 a frame may be cut, and whole frames may stand between its parts.
 */
final class Framing {
    /** The ALPN name of version 2; who offers none speaks version 1. */
    static final String PROTOCOL_2 = "peeredge-tcp/2";

    static final int HEAD_BYTES = 4;

    /** A whole frame. */
    static final int WHOLE = 0;

    /** The beginning of a frame that is cut; the length of the frame follows in four bytes. */
    static final int FIRST = 1;

    /** What follows of the frame that is cut. */
    static final int NEXT = 2;

    /** What a TLS record holds (RFC 8446, section 5.1): nothing is gained by a smaller part. */
    static final int RECORD_BYTES = 16 * 1024;

    private static final int KIND_SHIFT = 28;

    private Framing() {}

    static int head(int kind, int length) {
        return kind << KIND_SHIFT | length;
    }

    static int kind(int head) {
        return head >>> KIND_SHIFT;
    }

    static int length(int head) {
        return head & ((1 << KIND_SHIFT) - 1);
    }
}
