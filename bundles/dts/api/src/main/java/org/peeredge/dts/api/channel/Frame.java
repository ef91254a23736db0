// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

import java.nio.ByteBuffer;

/**
 * One received frame. Owned by whoever got it until {@link #release}; handing it on, rather than
 * lending it until the call returns, saves a copy per piece.
 */
public interface Frame {
    /** The bytes, from position to limit; valid until released. */
    ByteBuffer bytes();

    /** Gives the memory back; exactly once. */
    void release();

    /** A frame over heap memory that the garbage collector frees. */
    static Frame of(ByteBuffer bytes) {
        return new Frame() {
            @Override
            public ByteBuffer bytes() {
                return bytes;
            }

            @Override
            public void release() {
                // nothing to give back
            }
        };
    }
}
