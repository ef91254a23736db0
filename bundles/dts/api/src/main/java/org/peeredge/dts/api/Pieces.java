// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

/** How a blob is cut. The last piece may be shorter; an empty blob has no piece. */
public final class Pieces {
    /** Bytes in a piece. */
    public static final int PIECE_BYTES = 256 * 1024;

    /** Pieces in a group, the source block of a codec. */
    public static final int GROUP_PIECES = 4;

    /** The largest blob: 1 TiB, so that a piece number fits an int and a map 128 MiB. */
    public static final long MAX_BLOB_BYTES = 1L << 40;

    private Pieces() {}

    /** Pieces in a blob of {@code sizeBytes}. */
    public static int count(long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > MAX_BLOB_BYTES) {
            throw new IllegalArgumentException(
                    "blob of " + sizeBytes + " bytes: must be 0 to " + MAX_BLOB_BYTES);
        }
        return (int) ((sizeBytes + PIECE_BYTES - 1) / PIECE_BYTES);
    }

    /** Where a piece begins. */
    public static long offset(int piece) {
        return (long) piece * PIECE_BYTES;
    }

    /** Bytes in piece {@code piece} of a blob of {@code sizeBytes}. */
    public static int length(long sizeBytes, int piece) {
        int count = count(sizeBytes);
        if (piece < 0 || piece >= count) {
            throw new IllegalArgumentException("piece " + piece + " of " + count);
        }
        return (int) Math.min(PIECE_BYTES, sizeBytes - offset(piece));
    }
}
