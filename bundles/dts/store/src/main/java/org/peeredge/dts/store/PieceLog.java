// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.Pieces;

/**
 * Which pieces of an incomplete blob are on disk: a header of 16 bytes (magic, version, size), then
 * one bit per piece. The file has its full length from the start, so that setting a bit needs no
 * room. A bit is set only after the piece's bytes were forced to the disk, and cleared before other
 * bytes take their place. For one thread at a time.
 */
final class PieceLog implements AutoCloseable {
    static final int HEADER_BYTES = 16;
    static final int MAGIC = 0x5045504c; // "PEPL"
    static final byte VERSION = 2;

    private final SharedFile file;
    private final byte[] bits;

    private PieceLog(SharedFile file, byte[] bits) {
        this.file = file;
        this.bits = bits;
    }

    /** What a log file says: the blob's size and the pieces that are here. */
    record Saved(long sizeBytes, BitSet pieces) {}

    /** Makes a log with no piece. */
    static PieceLog create(Path path, long sizeBytes) throws IOException {
        byte[] bits = new byte[bitmapBytes(sizeBytes)];
        SharedFile file =
                new SharedFile(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE));
        PieceLog log = new PieceLog(file, bits);
        try {
            ByteBuffer head = ByteBuffer.allocate(HEADER_BYTES + bits.length);
            head.putInt(MAGIC).put(VERSION).put(new byte[3]).putLong(sizeBytes);
            file.write(0, head.rewind());
            return log;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    /** Goes on with a log that {@link #read} found good. */
    static PieceLog reopen(Path path, Saved saved) throws IOException {
        byte[] bits = new byte[bitmapBytes(saved.sizeBytes)];
        byte[] set = saved.pieces.toByteArray();
        System.arraycopy(set, 0, bits, 0, set.length);
        return new PieceLog(new SharedFile(path, Set.of(StandardOpenOption.WRITE)), bits);
    }

    /**
     * Reads a log; empty when it is damaged, of another version, or longer or shorter than it says.
     */
    static Optional<Saved> read(Path path, long dataBytes) throws IOException {
        if (Files.size(path) < HEADER_BYTES
                || Files.size(path) > HEADER_BYTES + bitmapBytes(Pieces.MAX_BLOB_BYTES)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path));
        if (in.getInt() != MAGIC || in.get() != VERSION) {
            return Optional.empty();
        }
        long size = in.position(8).getLong();
        if (size < 0 || size > Pieces.MAX_BLOB_BYTES || in.remaining() != bitmapBytes(size)) {
            return Optional.empty();
        }
        BitSet pieces = BitSet.valueOf(in);
        int last = pieces.length() - 1;
        boolean fits =
                last < 0
                        || (last < Pieces.count(size)
                                && Pieces.offset(size, last) + Pieces.length(size, last)
                                        <= dataBytes);
        return fits ? Optional.of(new Saved(size, pieces)) : Optional.empty();
    }

    /** Sets or clears bits, durably. */
    void record(BitSet pieces, boolean here) throws IOException {
        int from = Integer.MAX_VALUE;
        int to = -1;
        for (int i = pieces.nextSetBit(0); i >= 0; i = pieces.nextSetBit(i + 1)) {
            int mask = 1 << (i & 7);
            bits[i >> 3] = (byte) (here ? bits[i >> 3] | mask : bits[i >> 3] & ~mask);
            from = Math.min(from, i >> 3);
            to = Math.max(to, i >> 3);
        }
        if (to >= 0) {
            file.write(HEADER_BYTES + from, ByteBuffer.wrap(bits, from, to - from + 1));
            file.force();
        }
    }

    @Override
    public void close() {
        file.close();
    }

    private static int bitmapBytes(long sizeBytes) {
        return (Pieces.count(sizeBytes) + 7) / 8;
    }
}
