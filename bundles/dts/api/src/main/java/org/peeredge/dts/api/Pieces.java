// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

/**
 * How a blob is cut. Its size alone says how long its pieces are, so that all members cut it alike:
 * {@value #ENOUGH} of them are enough for many members to serve each other at once, and a piece is
 * no shorter than {@link #MIN_PIECE_BYTES}, since each costs a few messages and a hash, nor longer
 * than {@link #MAX_PIECE_BYTES}, since nobody can pass it on before all of it is there. The last
 * piece may be shorter; an empty blob has no piece.
 */
public final class Pieces {
    /** The longest piece; those of a blob of 64 MiB and more. */
    public static final int MAX_PIECE_BYTES = 256 * 1024;

    /** The shortest piece but for a last one. */
    public static final int MIN_PIECE_BYTES = 64 * 1024;

    /** Pieces in a group, the source block of a codec. */
    public static final int GROUP_PIECES = 4;

    /** The largest blob: 1 TiB, so that a piece number fits an int and a map 128 MiB. */
    public static final long MAX_BLOB_BYTES = 1L << 40;

    private static final int ENOUGH = 256;

    private Pieces() {}

    /**
     * Bytes in each piece of a blob of {@code sizeBytes} but the last: the least power of two, from
     * {@link #MIN_PIECE_BYTES} to {@link #MAX_PIECE_BYTES}, that makes no more than {@value
     * #ENOUGH} pieces.
     *
     * @throws IllegalArgumentException when no blob has that size
     */
    public static int bytes(long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > MAX_BLOB_BYTES) {
            throw new IllegalArgumentException(
                    "blob of " + sizeBytes + " bytes: must be 0 to " + MAX_BLOB_BYTES);
        }
        int bytes = MIN_PIECE_BYTES;
        while (bytes < MAX_PIECE_BYTES && (long) bytes * ENOUGH < sizeBytes) {
            bytes *= 2;
        }
        return bytes;
    }

    /** Pieces in a blob of {@code sizeBytes}. */
    public static int count(long sizeBytes) {
        int bytes = bytes(sizeBytes);
        return (int) ((sizeBytes + bytes - 1) / bytes);
    }

    /** Where a piece of a blob of {@code sizeBytes} begins. */
    public static long offset(long sizeBytes, int piece) {
        return (long) piece * bytes(sizeBytes);
    }

    /** The piece of a blob of {@code sizeBytes} in which {@code offset} lies. */
    public static int at(long sizeBytes, long offset) {
        return (int) (offset / bytes(sizeBytes));
    }

    /** Bytes in piece {@code piece} of a blob of {@code sizeBytes}. */
    public static int length(long sizeBytes, int piece) {
        int count = count(sizeBytes);
        if (piece < 0 || piece >= count) {
            throw new IllegalArgumentException("piece " + piece + " of " + count);
        }
        return (int) Math.min(bytes(sizeBytes), sizeBytes - offset(sizeBytes, piece));
    }
}
