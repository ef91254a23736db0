// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

/** Gets the frames of one channel, on the channel's thread, one call at a time; must not block. */
public interface ChannelListener {
    /** A frame arrived. It belongs to the listener, which must release it once, from any thread. */
    void onFrame(Channel channel, Frame frame);

    /** The channel ended; the last call, exactly once. {@code reason} is for people. */
    void onClosed(Channel channel, String reason);

    /** {@link Channel#writable} became true again. */
    default void onWritable(Channel channel) {}
}
