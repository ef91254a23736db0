// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes the symbols of one group. Safe for use by many threads. */
@ConsumerType
public interface Encoder extends AutoCloseable {
    /**
     * Writes symbols {@code first .. first + count - 1}, each {@code symbolBytes} long, except that
     * a systematic last source symbol of a short group ends where the group ends.
     *
     * @param into room for them; position moves past what was written
     * @throws IllegalArgumentException for a symbol number that the code does not have
     */
    void encode(int first, int count, ByteBuffer into) throws IOException;

    /**
     * Starts over with another group of the same code, in the memory that is there: a stream of
     * groups allocates nothing. Not while another thread encodes.
     *
     * @throws IllegalArgumentException for a group that does not need exactly the code's k symbols
     */
    void reset(GroupSource group);

    /** Frees working memory; safe to repeat. */
    @Override
    void close();
}
