// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.peeredge.kernel.api.trust.Membership;

/** An open, authenticated way to one member. Safe for use by many threads; nothing here blocks. */
@ConsumerType
public interface Channel extends AutoCloseable {
    /** The member at the other end. */
    Membership peer();

    /** Its address as seen here. */
    PeerAddress remote();

    /** What this channel guarantees. */
    ChannelTraits traits();

    /**
     * Sends one frame made of {@code parts}, in order. The buffers are lent until the stage
     * completes; it fails with {@code TryOtherPeerException} when the channel ends first. Frames
     * are queued while the peer is slow: stop at {@code !writable()}.
     *
     * @throws IllegalArgumentException when the frame is empty or larger than {@code maxFrameBytes}
     */
    CompletionStage<Void> send(ByteBuffer... parts);

    /**
     * Sends one short frame, as {@link #send} does, that need not wait for frames of {@code send}
     * that are still queued: it goes before them, and between the parts of one that is under way
     * where the channel sends long frames in parts. Frames of {@code sendUrgent} keep their order
     * among themselves, and so do those of {@code send}. What is already with the network is not
     * overtaken, and after many urgent frames in a row some of the others may have their turn, so
     * that they do not starve. A channel that queues nothing, or keeps no order, may send it like
     * any other, as it does by default.
     *
     * @throws IllegalArgumentException when the frame is empty or larger than {@code maxFrameBytes}
     */
    default CompletionStage<Void> sendUrgent(ByteBuffer... parts) {
        return send(parts);
    }

    /** Whether less than the channel's high-water mark is queued. */
    boolean writable();

    /** Stops or goes on reading from the network: back-pressure to the sender. On after opening. */
    void reading(boolean on);

    /** Ends it; the listener is told. Queued frames are dropped. Safe to repeat. */
    @Override
    void close();
}
