// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A blob that is being fetched. Pieces written are remembered durably soon after (at the latest
 * after a second or 16 MiB), so that a killed node goes on from there. Methods block on disk; safe
 * from many threads, but a piece is written by one at a time.
 */
@ProviderType
public interface PartialBlob extends AutoCloseable {
    /** The blob. */
    Digest digest();

    /** Its length. */
    long sizeBytes();

    /** The pieces here; a copy. */
    BitSet have();

    /**
     * Writes one piece. The caller has checked it, or keeps the blob to itself until the digest is
     * checked.
     *
     * @param data exactly the piece's bytes
     * @throws org.peeredge.kernel.api.RetryLaterException when the disk is full; nothing is lost
     *     but this piece
     */
    void write(int piece, ByteBuffer data) throws IOException;

    /** Forgets pieces, to be fetched again: a whole blob did not match its digest. */
    void forget(BitSet pieces) throws IOException;

    /**
     * Reads from pieces that are here; see {@link StoredBlob#read}. Never crosses into a missing
     * piece.
     */
    int read(long offset, ByteBuffer into) throws IOException;

    /**
     * Reads the whole blob and compares its digest; all pieces must be here.
     *
     * @return the piece map made on the way, when the digest matches; empty when it does not
     */
    java.util.Optional<PieceMap> verify() throws IOException;

    /**
     * Makes the blob complete, durably and in one step; all pieces must be here and checked. This
     * object is closed afterwards.
     */
    void complete() throws IOException;

    /** Closes without completing; what was written stays for the next {@link ContentStore#open}. */
    @Override
    void close();
}
