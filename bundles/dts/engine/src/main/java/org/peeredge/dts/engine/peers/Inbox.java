// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.peers.AddressBook.Source;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;

/** What the parts tell each other; all on the loop. */
final class Inbox implements Members.Inbox, Gossip.Owner, Doors.Owner {
    private final Peers all;

    Inbox(Peers all) {
        this.all = all;
    }

    @Override
    public void up(Connection c) {
        for (String address : c.addresses) {
            Gossip.parse(address).ifPresent(a -> all.directory.hint(a, c.node(), Source.HELLO));
        }
        all.events.features(c.node(), c.features);
        c.toldNear = all.neighbours.near(c);
        boolean lossy = !c.channel().traits().reliable();
        all.events.up(c.node(), c.channel().peer(), c.toldNear, 0, lossy);
        all.liveness.ping(c);
        all.gossip.tellPeers(c);
        all.gossip.tellRevocations(c);
        all.directory.save(c);
        all.returning.back(c.node());
        all.published();
        all.discovering.up(c); // whoever searched may ask it at once
    }

    @Override
    public void down(Connection c, boolean dialAgain) {
        boolean givenUp = all.discovering.down(c);
        if (!all.stopped && !givenUp) {
            all.losses.down(c, dialAgain);
        }
        all.questions.down(c.node());
        all.events.down(c.node());
        all.published();
        all.dialer.pump();
    }

    @Override
    public void neverUp(Connection c) {
        all.losses.neverUp(c);
        all.dialer.pump();
    }

    @Override
    public void message(Connection c, Message message) {
        switch (message) {
            case Message.Ping ping -> c.send(new Message.Pong(ping.token()));
            case Message.Pong pong -> {
                if (all.liveness.pong(c, pong)) {
                    all.losses.stays(c);
                    all.events.measured(c.node(), all.neighbours.near(c), Liveness.rttMicros(c));
                }
            }
            case Message.Peers peers -> {
                all.gossip.peers(c, peers);
                all.published();
                all.dialer.pump();
            }
            case Message.Revocations revocations -> all.gossip.revocations(c, revocations);
            case Message.Ask ask -> all.questions.asked(c.channel().peer(), ask);
            case Message.Answer answer -> all.questions.answered(c.node(), answer);
            case Message.Finding finding -> all.discovering.message(c, finding);
            default -> {
                all.used(c);
                all.events.message(c.node(), message);
            }
        }
    }

    @Override
    public void symbols(Connection c, SymbolsHeader header, Frame frame) {
        all.used(c);
        c.payloadNanos = c.contentNanos;
        all.events.symbols(c.node(), header, frame);
    }

    @Override
    public void writable(Connection c) {
        all.onWritable.accept(c.node());
    }

    @Override
    public void misbehaved(Connection c, String reason) {
        all.bans.add(c.node(), all.config.malformedBan());
        c.close("it sent " + reason);
    }

    @Override
    public void hint(NodeId node, PeerAddress address, boolean loopbackAllowed) {
        if (loopbackAllowed || !all.ports.networks().loopback(address.host())) {
            all.directory.hint(address, node, Source.EXCHANGE);
        }
    }

    @Override
    public ChannelListener accepted(ChannelProvider provider, String type) {
        return new Connection(all.shared, all.members, provider, type, false);
    }

    @Override
    public void moved() {
        all.lan.announce();
    }

    @Override
    public void arrived(String type) {
        all.book.hurry(type, all.ports.clock().nanos());
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void replaced(String type, Optional<ChannelProvider> now) {
        for (Connection c : all.members.open()) {
            if (c.type.equals(type) && c.provider != now.orElse(null)) {
                c.replaced = true;
                c.close("its channel plugin was replaced");
            }
        }
    }

    void heard(NodeId node, List<PeerAddress> addresses, String fromHost) {
        boolean fresh = all.neighbours.heard(node);
        for (PeerAddress a : all.neighbours.candidates(addresses, fromHost)) {
            all.directory.hint(a, node, Source.LAN);
        }
        if (fresh) {
            all.book.hurry(node, all.ports.clock().nanos());
            all.published();
        }
        all.dialer.pump();
    }
}
