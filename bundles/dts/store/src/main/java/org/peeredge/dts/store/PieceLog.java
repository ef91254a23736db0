// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.peeredge.dts.api.Pieces;

/**
 * Which pieces of an incomplete blob are on disk: a header (magic, version, size, the {@link Boot}
 * under which it is written), then one bit per piece that was forced to the disk, then one per
 * piece that was written. The file has its full length from the start, so that setting a bit needs
 * no room. A forced bit is set only after the piece's bytes were forced, and cleared before other
 * bytes take their place. A written bit is not forced: it outlives the process, as the bytes
 * themselves do, and counts only while the machine has not been started again. For use by many
 * threads.
 */
final class PieceLog implements AutoCloseable {
    static final int HEADER_BYTES = 32;
    static final int MAGIC = 0x5045504c; // "PEPL"
    static final byte VERSION = 3;

    private final SharedFile file;
    private final byte[] forced;
    private final byte[] written;

    private PieceLog(SharedFile file, byte[] forced, byte[] written) {
        this.file = file;
        this.forced = forced;
        this.written = written;
    }

    /**
     * What a log file says.
     *
     * @param sizeBytes of the blob
     * @param pieces that are here
     * @param forced those of them that are here whatever happens to the machine
     */
    record Saved(long sizeBytes, BitSet pieces, BitSet forced) {}

    /** Makes a log with no piece. */
    static PieceLog create(Path path, long sizeBytes) throws IOException {
        return write(
                path,
                new Saved(sizeBytes, new BitSet(), new BitSet()),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Goes on with a log that {@link #read} found good. */
    static PieceLog reopen(Path path, Saved saved) throws IOException {
        return write(path, saved);
    }

    private static PieceLog write(Path path, Saved saved, StandardOpenOption... options)
            throws IOException {
        Set<StandardOpenOption> all = EnumSet.of(StandardOpenOption.WRITE, options);
        PieceLog log =
                new PieceLog(
                        new SharedFile(path, Set.copyOf(all)),
                        bitmap(saved.sizeBytes, saved.forced),
                        bitmap(saved.sizeBytes, saved.pieces));
        try {
            ByteBuffer head =
                    ByteBuffer.allocate(HEADER_BYTES + log.forced.length + log.written.length);
            head.putInt(MAGIC).put(VERSION).put(new byte[3]).putLong(saved.sizeBytes);
            head.putLong(Boot.ID.getMostSignificantBits());
            head.putLong(Boot.ID.getLeastSignificantBits());
            log.file.write(0, head.put(log.forced).put(log.written).flip());
            return log;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    /**
     * Reads a log; empty when it is damaged, of another version, or longer or shorter than it says.
     */
    static Optional<Saved> read(Path path, long dataBytes) throws IOException {
        if (Files.size(path) < HEADER_BYTES
                || Files.size(path) > HEADER_BYTES + 2L * bitmapBytes(Pieces.MAX_BLOB_BYTES)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path));
        if (in.getInt() != MAGIC || in.get() != VERSION) {
            return Optional.empty();
        }
        long size = in.position(8).getLong();
        UUID boot = new UUID(in.getLong(), in.getLong());
        if (size < 0 || size > Pieces.MAX_BLOB_BYTES || in.remaining() != 2 * bitmapBytes(size)) {
            return Optional.empty();
        }
        BitSet forced = BitSet.valueOf(in.slice(in.position(), bitmapBytes(size)));
        BitSet pieces = (BitSet) forced.clone();
        if (Boot.lasts(boot)) {
            pieces.or(BitSet.valueOf(in.position(in.position() + bitmapBytes(size))));
        }
        int last = pieces.length() - 1;
        boolean fits =
                last < 0
                        || (last < Pieces.count(size)
                                && Pieces.offset(size, last) + Pieces.length(size, last)
                                        <= dataBytes);
        return fits ? Optional.of(new Saved(size, pieces, forced)) : Optional.empty();
    }

    /** Notes pieces whose bytes were forced, durably. */
    void forced(BitSet pieces) throws IOException {
        synchronized (this) {
            set(forced, HEADER_BYTES, pieces, true);
        }
        file.force();
    }

    /** Notes a piece whose bytes were written: enough to outlive this process. */
    synchronized void written(int piece) throws IOException {
        int at = piece >> 3;
        written[at] |= (byte) (1 << (piece & 7));
        file.write(HEADER_BYTES + forced.length + at, ByteBuffer.wrap(written, at, 1));
    }

    /** Clears what is known of pieces, durably. */
    void forget(BitSet pieces) throws IOException {
        synchronized (this) {
            set(written, HEADER_BYTES + forced.length, pieces, false);
            set(forced, HEADER_BYTES, pieces, false);
        }
        file.force();
    }

    private void set(byte[] bits, int offset, BitSet pieces, boolean here) throws IOException {
        for (int i = pieces.nextSetBit(0); i >= 0; i = pieces.nextSetBit(i + 1)) {
            int mask = 1 << (i & 7);
            bits[i >> 3] = (byte) (here ? bits[i >> 3] | mask : bits[i >> 3] & ~mask);
        }
        if (!pieces.isEmpty()) {
            int from = pieces.nextSetBit(0) >> 3;
            int to = (pieces.length() - 1) >> 3;
            file.write(offset + from, ByteBuffer.wrap(bits, from, to - from + 1));
        }
    }

    @Override
    public void close() {
        file.close();
    }

    private static byte[] bitmap(long sizeBytes, BitSet pieces) {
        return Arrays.copyOf(pieces.toByteArray(), bitmapBytes(sizeBytes));
    }

    private static int bitmapBytes(long sizeBytes) {
        return (Pieces.count(sizeBytes) + 7) / 8;
    }
}
