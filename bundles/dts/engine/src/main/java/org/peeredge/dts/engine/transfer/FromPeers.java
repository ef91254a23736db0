// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.Set;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.engine.peers.PeerEvents;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Membership;

/** From the connections to the runtime; on the loop. */
final class FromPeers implements PeerEvents {
    private final EngineNode node;
    private long said;

    FromPeers(EngineNode node) {
        this.node = node;
    }

    @Override
    public long features() {
        return node.receipts.features();
    }

    @Override
    public void features(NodeId peer, long features) {
        said = features;
    }

    @Override
    public void up(
            NodeId peer, Membership membership, boolean sameLan, long rttMicros, boolean lossy) {
        node.runtime.post(
                new Event.PeerUp(peer, Set.copyOf(membership.roles()), sameLan, rttMicros, lossy));
        node.receipts.up(peer, said);
    }

    @Override
    public void measured(NodeId peer, boolean sameLan, long rttMicros) {
        node.runtime.post(new Event.PeerMeasured(peer, sameLan, rttMicros));
    }

    @Override
    public void down(NodeId peer) {
        node.receipts.down(peer);
        node.runtime.post(new Event.PeerDown(peer));
    }

    @Override
    public void message(NodeId peer, Message message) {
        if (!node.receipts.message(peer, message)) {
            node.runtime.post(new Event.Received(peer, message));
        }
    }

    @Override
    public void symbols(NodeId peer, SymbolsHeader header, Frame frame) {
        node.runtime.symbols(peer, header, frame);
    }
}
