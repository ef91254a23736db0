// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The bytes of one group, read where and when the codec needs them, so that a systematic symbol
 * costs one read.
 */
public interface GroupSource {
    /** Bytes in the group, without padding; 1 to {@link CodecId#MAX_BLOCK_BYTES}. */
    int sizeBytes();

    /**
     * Fills {@code into} from {@code offset}; the range lies inside the group. Safe from many
     * threads.
     */
    void read(int offset, ByteBuffer into) throws IOException;

    /**
     * The group's bytes, where they are in memory off the heap already: a codec may then work on
     * them in place instead of reading them into memory of its own. Readable from any thread as
     * long as the source is, and does not change.
     */
    default Optional<MemorySegment> memory() {
        return Optional.empty();
    }
}
