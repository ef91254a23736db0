// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** Restores one group from symbols in any order. For one thread at a time. */
@ConsumerType
public interface Decoder extends AutoCloseable {
    /**
     * Takes one symbol; duplicates are ignored. The buffer is borrowed until the call returns.
     *
     * @return whether {@link #recover} can finish now
     * @throws IllegalArgumentException for a number or length that the code does not have; the
     *     decoder stays usable
     */
    boolean offer(int number, ByteBuffer symbol);

    /** Whether enough symbols are here. */
    boolean ready();

    /**
     * Writes the group's bytes, without padding; only what is missing is computed. May be called
     * again.
     *
     * @throws IllegalStateException when not {@link #ready}
     */
    void recover(ByteBuffer into);

    /**
     * Starts over with another group of the same code, in the memory that is there.
     *
     * @param groupBytes the group's bytes without padding
     * @throws IllegalArgumentException for a group that does not need exactly the code's k symbols
     */
    void reset(int groupBytes);

    /** Frees working memory; safe to repeat. */
    @Override
    void close();
}
