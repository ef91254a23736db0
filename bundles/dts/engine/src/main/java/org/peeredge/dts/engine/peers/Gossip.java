// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on which members there are and who is no longer one. Says nothing twice: a member is told
 * only of those that it was not told of, and a revocation list goes only to those who have an older
 * one. On the loop; the check of a list runs beside it, since it may write to disk.
 */
final class Gossip {
    private static final Logger LOG = LoggerFactory.getLogger(Gossip.class);

    /** Hints remembered as told to one member; beyond that they are told again. */
    private static final int MAX_TOLD = 1024;

    /** What gossip changes. */
    interface Owner {
        void hint(NodeId node, PeerAddress address, boolean loopbackAllowed);

        void misbehaved(Connection connection, String reason);
    }

    private final Identity identity;
    private final LocalNetworks networks;
    private final Executor background;
    private final Connection.Hop hop;
    private final Supplier<Collection<Connection>> connected;
    private final Owner owner;

    Gossip(
            PeersPorts ports,
            Executor background,
            Connection.Hop hop,
            Supplier<Collection<Connection>> connected,
            Owner owner) {
        this.identity = ports.identity();
        this.networks = ports.networks();
        this.background = background;
        this.hop = hop;
        this.connected = connected;
        this.owner = owner;
    }

    /** Tells each member what it has not been told yet. */
    void exchange() {
        connected.get().forEach(this::tellPeers);
    }

    /** Tells one member of the others. */
    void tellPeers(Connection to) {
        List<Message.PeerHint> hints = new ArrayList<>();
        boolean loopback = networks.mine(to.channel().remote().host());
        if (to.toldPeers.size() > MAX_TOLD) {
            to.toldPeers.clear();
        }
        for (Connection c : connected.get()) {
            if (!c.node().equals(to.node()) && hints.size() < Limits.MAX_PEERS) {
                List<String> addresses =
                        c.addresses.stream().filter(a -> loopback || !loopback(a)).toList();
                Message.PeerHint hint = new Message.PeerHint(c.node(), addresses);
                if (!addresses.isEmpty() && to.toldPeers.add(hint)) {
                    hints.add(hint);
                }
            }
        }
        if (!hints.isEmpty()) {
            to.send(new Message.Peers(hints));
        }
    }

    private boolean loopback(String address) {
        return parse(address).map(a -> networks.loopback(a.host())).orElse(true);
    }

    /** A member told of others. */
    void peers(Connection from, Message.Peers message) {
        boolean loopbackAllowed = networks.mine(from.channel().remote().host());
        for (Message.PeerHint hint : message.peers()) {
            hint.addresses()
                    .forEach(a ->
                            parse(a).ifPresent(address ->
                                    owner.hint(hint.node(), address, loopbackAllowed)));
        }
    }

    /** Sends our revocation list to a member that has an older one. */
    void tellRevocations(Connection to) {
        long number = identity.revocationNumber();
        byte[] list = identity.revocations();
        if (to.knownRevocations < number && list.length > 0) {
            to.knownRevocations = number;
            to.send(new Message.Revocations(list));
        }
    }

    /** A newer list came in force here, from wherever. */
    void newRevocations() {
        connected.get().forEach(this::tellRevocations);
    }

    /** A member sent its list; one check at a time for each member. */
    void revocations(Connection from, Message.Revocations message) {
        if (from.checkingRevocations) {
            return;
        }
        from.checkingRevocations = true;
        background.execute(() -> offer(from, message.list()));
    }

    private void offer(Connection from, byte[] list) {
        Optional<String> wrong = Optional.empty();
        boolean newer = false;
        try {
            newer = identity.offerRevocations(list);
        } catch (NeverException e) {
            wrong = Optional.of("revocation list: " + Errors.text(e));
        } catch (RuntimeException e) {
            LOG.warn(
                    "a revocation list could not be put in force and is tried again when the next"
                            + " member sends it: {}",
                    Errors.text(e));
        }
        boolean inForce = newer;
        Optional<String> lie = wrong;
        hop.run(() -> {
            from.checkingRevocations = false;
            lie.ifPresent(reason -> owner.misbehaved(from, reason));
            if (inForce) {
                from.knownRevocations = identity.revocationNumber();
                newRevocations();
            }
        });
    }

    /** Addresses from outside that do not read as one are skipped: a later type may look so. */
    static Optional<PeerAddress> parse(String address) {
        try {
            return Optional.of(PeerAddress.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
