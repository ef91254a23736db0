// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

/** Told of channels that others opened. */
@FunctionalInterface
public interface ChannelAcceptor {
    /**
     * A new, authenticated channel; called on the channel's thread before its first frame; must not
     * block.
     *
     * @return who gets its frames
     */
    ChannelListener accepted(Channel channel);
}
