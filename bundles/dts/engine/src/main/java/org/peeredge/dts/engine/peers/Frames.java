// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;

/**
 * Frames of messages to be sent. What goes to many members, one after the other, is encoded once.
 * Any thread.
 */
final class Frames {
    /** Longer ones are not kept for the next member. */
    private static final int MAX_KEPT_BYTES = 16 << 10;

    private record Made(Message message, byte[] shown, ByteBuffer frame) {}

    private final MessageCodec codec;
    private volatile @Nullable Made last;

    Frames(MessageCodec codec) {
        this.codec = codec;
    }

    /**
     * A frame of its own; its bytes are shared and not to be changed.
     *
     * @param shown the certificate that this node has shown to the receiver, or empty
     * @throws IllegalArgumentException as {@link MessageCodec#encode(Message, byte[])}
     */
    @SuppressWarnings("ReferenceEquality") // the very same message, not one that is equal
    ByteBuffer of(Message message, byte[] shown) {
        Made made = last;
        if (made == null || made.message != message || !Arrays.equals(made.shown, shown)) {
            made = new Made(message, shown, codec.encode(message, shown));
            last = made.frame.remaining() <= MAX_KEPT_BYTES ? made : null;
        }
        return made.frame.duplicate();
    }
}
