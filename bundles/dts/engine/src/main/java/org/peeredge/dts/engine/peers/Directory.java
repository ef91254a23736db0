// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.peers.AddressBook.Source;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;

/**
 * All that is known of members: the address book, who is connected or awaited, the copy of both for
 * other threads, and what of it is on disk. On the loop, but for {@link #members} and {@link
 * #addresses}.
 */
final class Directory {
    private final AddressBook book;
    private final Clock clock;
    private final NodeId self;
    private final Executor background;
    private final Connection.Hop hop;
    private final Optional<KnownPeers> disk;
    private final Supplier<List<PeerAddress>> own;
    private volatile View view = new View(List.of(), List.of(), Map.of());
    private volatile int addresses;

    /** What other threads see: all of one moment, so that nobody is missed on the way back. */
    private record View(
            List<Connection> connected, List<Member> away, Map<NodeId, List<String>> known) {}

    Directory(
            PeersPorts ports,
            AddressBook book,
            Executor background,
            Connection.Hop hop,
            Supplier<List<PeerAddress>> own) {
        this.book = book;
        this.clock = ports.clock();
        this.self = ports.identity().self().node();
        this.background = background;
        this.hop = hop;
        this.disk = ports.records().map(KnownPeers::new);
        this.own = own;
    }

    /** Takes a hint; this node's own names and addresses are none. */
    void hint(PeerAddress address, @Nullable NodeId node, Source source) {
        if (!self.equals(node) && !own.get().contains(address)) {
            book.add(address, node, source, clock.nanos());
        }
    }

    /** Reads what is on disk, then runs {@code then} on the loop. */
    void load(Runnable then) {
        disk.ifPresent(d -> background.execute(() -> read(d, then)));
    }

    private void read(KnownPeers from, Runnable then) {
        List<KnownPeers.Known> peers = from.load();
        hop.run(() -> loaded(peers, then));
    }

    private void loaded(List<KnownPeers.Known> peers, Runnable then) {
        for (KnownPeers.Known peer : peers) {
            peer.addresses().forEach(a -> hint(a, peer.node(), Source.DISK));
        }
        then.run();
    }

    /** Keeps a connected member on disk, with the addresses that are not known to be bad. */
    void save(Connection c) {
        List<PeerAddress> good =
                book.of(c.node()).stream()
                        .filter(e -> e.failures == 0)
                        .map(e -> e.address)
                        .toList();
        KnownPeers.Known now = new KnownPeers.Known(c.node(), clock.now(), good);
        disk.ifPresent(d -> background.execute(() -> d.save(now)));
    }

    /**
     * Shows other threads what has changed.
     *
     * @param away members that are awaited
     */
    void publish(Collection<Connection> connected, List<Member> away) {
        view = new View(List.copyOf(connected), away, Map.copyOf(book.byNode()));
        addresses = book.size();
    }

    /** Members known, connected or not; any thread. */
    int known() {
        return view.known.size();
    }

    /** Addresses known; any thread. */
    int addresses() {
        return addresses;
    }

    /** Connected members first, then the awaited, then those that are only known; any thread. */
    List<Member> members(Neighbours neighbours) {
        View now = view;
        List<Member> out = new ArrayList<>();
        Set<NodeId> seen = new HashSet<>(Set.of(self));
        for (Connection c : now.connected) {
            seen.add(c.node());
            out.add(member(c, neighbours));
        }
        now.away.stream().filter(m -> seen.add(m.node())).forEach(out::add);
        now.known.forEach((node, hints) -> {
            if (seen.add(node)) {
                out.add(new Member(node, Set.of(), hints, false, false, 0, 0));
            }
        });
        return out;
    }

    /** A connected member. */
    static Member member(Connection c, Neighbours neighbours) {
        return new Member(
                c.node(),
                c.channel().peer().roles(),
                c.addresses,
                true,
                neighbours.near(c),
                Liveness.rttMicros(c),
                0);
    }
}
