// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of one group, read where and when the codec needs them, so that a systematic symbol
 * costs one read.
 */
public interface GroupSource {
    /** Bytes in the group, without padding; 1 to {@link CodecId#MAX_GROUP_BYTES}. */
    int sizeBytes();

    /**
     * Fills {@code into} from {@code offset}; the range lies inside the group. Safe from many
     * threads.
     */
    void read(int offset, ByteBuffer into) throws IOException;
}
