// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Port;
import org.peeredge.kit.simnet.Receiver;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/** The real machine on simulated store, upstream, hashes and connections. */
final class SimNode implements Receiver {
    static final long MILLI = 1_000_000;

    /** A piece under way: a number, and whether it is what it should be. */
    record Symbols(
            NodeId from, SymbolsHeader header, int bytes, boolean genuine, boolean falsePiece) {}

    final NodeId id;
    final Set<Role> roles;
    final int lan;
    final SimDisk disk = new SimDisk();
    final Map<Action.Counted, Long> counts = new EnumMap<>(Action.Counted.class);
    final Map<Digest, SwarmSim.Want> wants = new LinkedHashMap<>();
    final Set<NodeId> punished = new LinkedHashSet<>();
    final Set<String> reasons = new LinkedHashSet<>();
    final SwarmSim sim;
    @Nullable Port port;
    boolean alive = true;

    /** Sends pieces that are not what they should be. */
    boolean corrupts;

    /** Does nothing any more, and does not close its connections either: nobody waits for it. */
    boolean hung;

    /** Says that it has everything, and has nothing. */
    boolean boasts;

    /** Signs and gives maps that are false, with pieces to match. */
    boolean falseMaps;

    /** What it reads from upstream it falsifies, and says so. */
    boolean falseClaims;

    /** Its signatures under what it claims are not good. */
    boolean forges;

    /** Sends what it is asked for, but much later. */
    boolean dawdles;

    /** Messages that asked this node for symbols, and the most pieces that one asked for. */
    int asked;

    int mostAtOnce;

    /** Messages that asked this node for a map, or for claims. */
    int mapsAsked;

    /** Pieces that were false and not kept, by sender. */
    final Map<NodeId, Integer> bad = new LinkedHashMap<>();

    long upstreamBytes;
    long framesLost;
    int upstreamStarts;
    int failures;
    int dropped;
    long bulkSent;

    private final SimWire wire;
    private Swarm swarm;
    private long handles;
    private final Map<Long, Symbols> kept = new LinkedHashMap<>();
    final SimGroups groups = new SimGroups(this);

    /** What it sends of codes is not what it should be; pieces are. */
    boolean forgesSymbols;

    private final SimFeed feed = new SimFeed(this);
    private final SimRanges ranges = new SimRanges(this);
    private final ArrayDeque<Event> queue = new ArrayDeque<>();
    private boolean handling;
    int life;

    SimNode(SwarmSim sim, String name, int lan, Set<Role> roles) {
        this.sim = sim;
        this.id = SimContent.node(name);
        this.lan = lan;
        this.roles = roles;
        this.wire = new SimWire(SimContent.signature(id).certificate());
        this.swarm = machine();
    }

    private Swarm machine() {
        return new Swarm(
                id,
                roles,
                SwarmLimits.defaults(),
                new SplittableRandom(Ownership.mix(sim.seed ^ id.hashCode() ^ life)),
                ref -> roles.contains(Role.ORIGIN) && sim.upstream.reachable(this));
    }

    Port port() {
        if (port == null) {
            throw new IllegalStateException("not attached");
        }
        return port;
    }

    Swarm swarm() {
        return swarm;
    }

    // What happens to it

    void event(Event event) {
        if (!alive) {
            return;
        }
        queue.add(event);
        if (handling) {
            return;
        }
        handling = true;
        for (Event e = queue.poll(); e != null; e = queue.poll()) {
            swarm.handle(e, sim.time.nanos(), this::act);
        }
        handling = false;
    }

    private void later(long nanos, Event event) {
        later(nanos, () -> event(event));
    }

    /** Runs it then, unless the node was killed meanwhile. */
    void later(long nanos, Runnable what) {
        int now = life;
        sim.time.after(
                nanos,
                () -> {
                    if (life == now) {
                        what.run();
                    }
                });
    }

    /** Killed: all but the disk is gone. */
    void kill() {
        alive = false;
        life++;
        queue.clear();
        kept.clear();
        feed.clear();
        groups.clear();
        ranges.clear();
        for (Port peer : port().peers()) {
            sim.network.cut(port(), peer);
        }
    }

    /** Starts again with its disk. */
    void start() {
        alive = true;
        swarm = machine();
        disk.blobs.forEach((digest, blob) -> {
            if (blob.complete) {
                event(new Event.Held(digest, sim.content(digest).sizeBytes(), blob.confined));
            }
        });
        sim.connect(this);
        wants.values().forEach(SwarmSim.Want::begin);
        sim.ticks(this);
    }

    @Override
    public void connected(Port peer) {
        if (peer == sim.registry) {
            return;
        }
        SimNode other = sim.node(peer);
        event(
                new Event.PeerUp(
                        other.id,
                        other.roles,
                        other.lan == lan,
                        sim.rttMicros(this, other),
                        sim.loss != null));
        event(new Event.CodingChanged(sim.coding));
    }

    @Override
    public void disconnected(Port peer) {
        event(new Event.PeerDown(sim.node(peer).id));
    }

    @Override
    public void received(Port from, Object message, long bytes) {
        if (message instanceof SimRanges.Part part) {
            part.to().arrived(part);
            return;
        }
        NodeId sender = sim.node(from).id;
        mapsAsked += message instanceof Message.GetMap ? 1 : 0;
        if (boasts && message instanceof Message.WhoHas m) {
            reply(
                    from,
                    new Message.Has(
                            m.digest(),
                            org.peeredge.dts.engine.wire.Holding.COMPLETE,
                            sim.content(m.digest()).sizeBytes(),
                            new java.util.BitSet(),
                            false));
        } else if (boasts) {
            return;
        } else if (falseMaps && message instanceof Message.GetMap m) {
            reply(
                    from,
                    new Message.MapOf(SimContent.signed(sim.content(m.digest()).falseMap(), id)));
        } else if (message instanceof Symbols symbols && sim.lost(sim.node(from), symbols.bytes)) {
            framesLost++;
        } else if (message instanceof Symbols symbols) {
            long handle = ++handles;
            kept.put(handle, symbols);
            event(new Event.SymbolsArrived(sender, symbols.header, symbols.bytes, handle));
        } else if (message instanceof Message m) {
            event(new Event.Received(sender, m));
        }
    }

    private void reply(Port to, Message message) {
        port().send(to, message, wire.bytes(message), () -> {});
    }

    // What it does

    private void act(Action action) {
        switch (action) {
            case Action.Send a -> {
                Port to = sim.port(a.to());
                if (port().isConnected(to)) {
                    port().send(to, a.message(), wire.bytes(a.message()), () -> {});
                }
            }
            case Action.SendSymbols a when dawdles ->
                    sim.time.after(8_000 * MILLI, () -> sendSymbols(a));
            case Action.SendSymbols a when !a.request().codec().type().equals(Coding.NONE) ->
                    sendCoded(a);
            case Action.SendSymbols a -> sendSymbols(a);
            case Action.CancelSymbols a -> {}
            case Action.OpenStore a -> open(a);
            case Action.CheckAndStore a -> checkAndStore(a);
            case Action.CheckKept a -> checkKept(a);
            case Action.KeepSymbols a -> {
                Symbols symbols = kept.remove(a.handle());
                groups.keep(a, symbols != null && symbols.genuine);
            }
            case Action.Decode a -> groups.decode(a);
            case Action.DropSymbols a -> groups.drop(a);
            case Action.Discard a -> {
                Symbols dropped = kept.remove(a.handle());
                if (dropped != null && !dropped.genuine) {
                    bad.merge(dropped.from, dropped.header.count(), Integer::sum);
                }
            }
            case Action.CheckMap a -> later(MILLI, mapChecked(a.from(), a.map()));
            case Action.LoadMap a -> {
                SignedMap map = disk.blob(a.digest()).map;
                if (map != null) {
                    later(MILLI, mapChecked(id, map));
                }
            }
            case Action.StartUpstream a -> feed.start(a.digest(), a.forMembers());
            case Action.ReadOn a -> feed.readOn(a.digest());
            case Action.StopUpstream a -> feed.stop(a.digest());
            case Action.FetchRange a -> ranges.start(a);
            case Action.KeepRange a -> ranges.decided(a);
            case Action.StopRange a -> ranges.stop(a.number());
            case Action.SignClaim a -> later(MILLI / 2, SimEvidence.signed(this, a));
            case Action.CheckClaims a -> later(MILLI / 2, SimEvidence.checked(a));
            case Action.Verify a -> verify(a.digest());
            case Action.Reset a -> {
                disk.blob(a.digest()).have.clear();
                disk.blob(a.digest()).genuine.clear();
            }
            case Action.Complete a -> complete(a);
            case Action.Readable a -> sim.readable(this, a);
            case Action.Failed a -> {
                failures++;
                feed.stop(a.digest());
                SwarmSim.Want want = wants.get(a.digest());
                if (want != null) {
                    want.failed(a);
                }
            }
            case Action.AskPlan a -> later(0, new Event.Planned(a.digest(), even(a.view())));
            case Action.Punish a -> {
                punished.add(a.peer());
                reasons.add(a.peer().shortName() + " " + a.reason() + " by " + a.by().shortName());
                sim.punish(this, a.peer());
            }
            case Action.Drop _ -> dropped++;
            case Action.CheckEvidence a -> later(MILLI / 2, SimEvidence.checked(sim, a));
            case Action.SignAccusation a -> later(MILLI / 2, SimEvidence.signed(this, a));
            case Action.CheckProbe a -> {
                Symbols symbols = kept.remove(a.handle());
                if (symbols != null && !symbols.genuine) {
                    bad.merge(a.from(), 1, Integer::sum);
                }
                boolean genuine =
                        symbols != null && matches(a.digest(), a.piece(), a.hash(), symbols);
                later(
                        MILLI,
                        new Event.ProbeChecked(
                                a.digest(), a.piece(), a.from(), Optional.of(genuine)));
            }
            case Action.Count a -> counts.merge(a.what(), Math.max(1, a.bytes()), Long::sum);
        }
    }

    private static Plan even(TransferView view) {
        return new Plan(
                view.peers().stream().map(p -> new Plan.Share(p.node(), 1, 16 << 20)).toList());
    }

    private void sendSymbols(Action.SendSymbols a) {
        Message.GetSymbols m = a.request();
        asked++;
        mostAtOnce = Math.max(mostAtOnce, m.count());
        int piece = m.group() * Pieces.GROUP_PIECES + m.first();
        SimContent content = sim.content(m.digest());
        int bytes = 0;
        boolean genuine = !corrupts;
        for (int p = piece; p < piece + m.count(); p++) {
            bytes += Pieces.length(content.sizeBytes(), p);
            genuine &= disk.blob(m.digest()).genuine.get(p);
        }
        boolean matchesFalseMap = (falseMaps || falseClaims) && !corrupts;
        send(a, bytes, genuine && !falseMaps, matchesFalseMap);
    }

    private void sendCoded(Action.SendSymbols a) {
        Message.GetSymbols m = a.request();
        asked++;
        int bytes = SimGroups.bytes(m, sim.content(m.digest()).sizeBytes());
        SimDisk.Blob blob = disk.blob(m.digest());
        int first = m.group() * Pieces.GROUP_PIECES;
        int end = Math.min(sim.content(m.digest()).pieces(), first + Pieces.GROUP_PIECES);
        boolean genuine = !corrupts && !forgesSymbols && !falseMaps && !falseClaims;
        boolean good = genuine && blob.genuine.nextClearBit(first) >= end;
        later(groups.encodeNanos(m), () -> send(a, bytes, good, false));
    }

    private void send(Action.SendSymbols a, int size, boolean genuine, boolean matchesFalseMap) {
        Message.GetSymbols m = a.request();
        Port to = sim.port(a.to());
        SymbolsHeader header =
                new SymbolsHeader(
                        m.digest(), m.group(), m.codec(), m.first(), m.count(), new byte[0]);
        Symbols symbols = new Symbols(id, header, size, genuine, matchesFalseMap);
        int now = life;
        boolean going =
                port().send(
                                to,
                                symbols,
                                SwarmSim.wireBytes(size),
                                () -> {
                                    if (life == now) {
                                        later(0, sent(a, true));
                                    }
                                });
        if (going) {
            bulkSent += size;
        } else {
            later(0, sent(a, false));
        }
    }

    private static Event sent(Action.SendSymbols a, boolean delivered) {
        Message.GetSymbols m = a.request();
        return new Event.SymbolsDone(a.to(), m.digest(), m.group(), m.first(), delivered);
    }

    private void open(Action.OpenStore a) {
        SimDisk.Blob blob = disk.blob(a.digest());
        later(
                MILLI,
                disk.full
                        ? new Event.StoreFailed(a.digest(), "the disk is full", true)
                        : new Event.Opened(a.digest(), (java.util.BitSet) blob.have.clone()));
    }

    private void checkAndStore(Action.CheckAndStore a) {
        Symbols symbols = kept.remove(a.handle());
        if (symbols == null) {
            throw new IllegalStateException("no such handle: " + a);
        }
        a.parts().forEach(part -> checkAndStore(a, part, symbols));
    }

    private void checkAndStore(Action.CheckAndStore a, Action.Part part, Symbols symbols) {
        SimContent content = sim.content(a.digest());
        boolean real = symbols.genuine && content.map().matches(part.piece(), part.hash());
        boolean good = matches(a.digest(), part.piece(), part.hash(), symbols);
        if (disk.full) {
            later(MILLI, new Event.StoreFailed(a.digest(), "the disk is full", true));
            return;
        }
        int bytes = part.bytes();
        if (good) {
            write(a.digest(), part.piece(), real);
            later(MILLI, new Event.PieceStored(a.digest(), part.piece(), a.from(), bytes));
        } else {
            bad.merge(a.from(), 1, Integer::sum);
            later(MILLI, new Event.PieceBad(a.digest(), part.piece(), a.from(), bytes));
        }
    }

    private boolean matches(Digest digest, int piece, byte[] hash, Symbols symbols) {
        SimContent content = sim.content(digest);
        return (symbols.genuine && content.map().matches(piece, hash))
                || (symbols.falsePiece && content.falseMap().matches(piece, hash));
    }

    void write(Digest digest, int piece, boolean genuine) {
        SimDisk.Blob blob = disk.blob(digest);
        blob.have.set(piece);
        blob.genuine.set(piece, genuine);
    }

    private void checkKept(Action.CheckKept a) {
        SimDisk.Blob blob = disk.blob(a.digest());
        SimContent content = sim.content(a.digest());
        boolean good =
                blob.genuine.get(a.piece())
                        ? content.map().matches(a.piece(), a.hash())
                        : content.falseMap().matches(a.piece(), a.hash());
        if (!good) {
            blob.have.clear(a.piece());
        }
        int bytes = Pieces.length(content.sizeBytes(), a.piece());
        later(
                MILLI,
                good
                        ? new Event.PieceStored(a.digest(), a.piece(), id, bytes)
                        : new Event.PieceBad(a.digest(), a.piece(), id, bytes));
    }

    private Event.MapChecked mapChecked(NodeId from, SignedMap map) {
        Set<NodeId> signers = new LinkedHashSet<>();
        for (MapSignature s : map.signatures()) {
            signers.add(SimContent.signer(s));
        }
        boolean origin = signers.stream().anyMatch(s -> sim.byId(s).roles.contains(Role.ORIGIN));
        return new Event.MapChecked(from, map, signers, origin);
    }

    private void verify(Digest digest) {
        SimDisk.Blob blob = disk.blob(digest);
        SimContent content = sim.content(digest);
        boolean good = blob.genuine.cardinality() == content.pieces();
        later(
                5 * MILLI,
                new Event.Verified(digest, good ? Optional.of(content.map()) : Optional.empty()));
    }

    private void complete(Action.Complete a) {
        SimDisk.Blob blob = disk.blob(a.digest());
        SignedMap map = a.map();
        if (a.sign() && map.signatures().size() < SignedMap.MAX_SIGNATURES) {
            List<MapSignature> all = new java.util.ArrayList<>(map.signatures());
            all.add(SimContent.signature(id));
            map = new SignedMap(map.map(), all);
        }
        blob.map = map;
        blob.complete = true;
        SwarmSim.Want want = wants.get(a.digest());
        if (want != null) {
            want.completed();
        }
        later(MILLI, new Event.Held(a.digest(), a.map().map().sizeBytes(), blob.confined));
    }

    long count(Action.Counted what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public String toString() {
        return id.shortName() + Arrays.toString(roles.toArray());
    }
}
