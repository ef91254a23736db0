// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Membership;

/**
 * Told of members and of what they say. All calls come on the engine's loop and must not block.
 * Between {@link #up} and {@link #down} of a member there is exactly one channel to it; when
 * another one takes its place, {@code down} and {@code up} are both called, since what was under
 * way is lost.
 */
public interface PeerEvents {
    /** Bits of {@code wire.Features} that this node's next hello is to say. */
    default long features() {
        return 0;
    }

    /** What a member has said in its hello; comes right before {@link #up}. */
    default void features(NodeId peer, long features) {}

    /**
     * A member is connected and both have said hello.
     *
     * @param lossy frames of its channel may get lost
     * @param rttMicros 0: {@link #measured} follows within one round trip
     */
    void up(NodeId peer, Membership membership, boolean sameLan, long rttMicros, boolean lossy);

    /** A new measurement; about every ping interval. */
    void measured(NodeId peer, boolean sameLan, long rttMicros);

    /** No channel to it is left. */
    void down(NodeId peer);

    /** A message that concerns content; those that concern connections never get here. */
    void message(NodeId peer, Message message);

    /**
     * Symbols arrived.
     *
     * @param frame stands at the first byte of the symbols; owned by the receiver of this call,
     *     which releases it exactly once
     */
    void symbols(NodeId peer, SymbolsHeader header, Frame frame);
}
