// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.flow.Gate;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * The machine that fetches and serves: what happens goes in with the time, what to do comes out. No
 * clock, thread, socket or file; the same events and seed give the same actions, in a node and in a
 * simulation. To be called by one thread at a time. Actions are given while {@link #handle} runs:
 * do not call it again from there.
 */
public final class Swarm {
    private static final long EXPIRE_NANOS = Time.SECOND;

    private final Core core;
    private final Flow flow;
    private final Feed feed;
    private final Members members;
    private final Serving serving;
    private long expiredNanos = Long.MIN_VALUE;

    /**
     * A swarm that knows nothing yet.
     *
     * @param self this node
     * @param roles what its membership says
     * @param random seeded by the caller
     * @param servesUpstream whether this node is an origin that fetches from there for others; must
     *     not block
     */
    public Swarm(
            NodeId self,
            Set<Role> roles,
            SwarmLimits limits,
            RandomGenerator random,
            Predicate<UpstreamRef> servesUpstream) {
        this.core = new Core(self, roles, limits, random, servesUpstream);
        this.flow = new Flow(core);
        this.feed = new Feed(core, flow);
        this.members = new Members(core, flow);
        this.serving = new Serving(core, flow.sharing, flow.maps);
    }

    /**
     * Takes an event.
     *
     * @param nowNanos of a clock that never goes back
     * @param out takes the actions, in order
     */
    public void handle(Event event, long nowNanos, Consumer<Action> out) {
        core.turn(nowNanos, out);
        switch (event) {
            case Event.Wanted e -> flow.want(e, false);
            case Event.Searched e ->
                    with(e.digest(), t -> t.searchUntilNanos = core.now + e.waitNanos());
            case Event.Unwanted e -> unwanted(e.digest());
            case Event.Held e -> held(e);
            case Event.Gone e -> {
                core.held.remove(e.digest());
                flow.sharing.forget(e.digest());
                serving.forget(e.digest());
            }
            case Event.PeerUp e -> {
                members.up(e);
                core.justice.up(e.peer());
            }
            case Event.PeerMeasured e -> members.measured(e);
            case Event.PeerOwes e -> {
                Peer peer = core.peers.get(e.peer());
                if (peer != null) {
                    peer.owes = e.owes();
                }
            }
            case Event.PeerDown e -> {
                flow.offers.gone(e.peer());
                serving.gone(e.peer());
                core.throttle.gate.gone(e.peer());
                members.down(e.peer());
                core.justice.down(e.peer());
            }
            case Event.Received e -> received(e.from(), e.message());
            case Event.SymbolsArrived e -> {
                if (!core.justice.arrived(e)) {
                    flow.arrivals.arrived(e);
                }
            }
            case Event.SymbolsDone e -> serving.sent(e);
            case Event.MapChecked e -> {
                if (e.from().equals(core.self)) {
                    serving.loaded(e.map(), !e.signers().isEmpty());
                    core.justice.loaded(e.map());
                }
                flow.mapChecked(e);
            }
            case Event.Limits e -> {
                core.throttle.gate.set(e.standing(), core.now);
                serving.changed();
            }
            case Event.CodingChanged e -> core.coding = e.coding();
            case Event.EvidenceChecked e -> core.justice.checked(e);
            case Event.AccusationSigned e -> core.justice.signed(e.evidence());
            case Event.ProbeChecked e -> core.justice.probed(e);
            case Event.Tick e -> tick();
            default -> ofTransfer(event);
        }
    }

    private void ofTransfer(Event event) {
        switch (event) {
            case Event.Opened e -> with(e.digest(), t -> flow.opened(t, e.have()));
            case Event.StoreFailed e -> {
                // Whose pieces were with it is not told.
                core.peers.values().forEach(peer -> peer.unjudgedBytes = 0);
                with(e.digest(), t -> flow.storeFailed(t, e.reason(), e.full()));
            }
            case Event.PieceStored e -> {
                judged(e.from(), e.bytes());
                with(e.digest(), t -> flow.checks.pieceStored(t, e));
                serving.changed();
            }
            case Event.PieceBad e -> {
                judged(e.from(), e.bytes());
                with(e.digest(), t -> flow.checks.pieceBad(t, e));
            }
            case Event.GroupDecoded e ->
                    with(e.digest(), t -> flow.requests.coded.decoding.decoded(t, e));
            case Event.GroupUndecoded e ->
                    with(
                            e.digest(),
                            t -> {
                                flow.requests.coded.decoding.undecoded(t, e);
                                flow.advance(t);
                            });
            case Event.SymbolsForged e -> with(e.digest(), t -> flow.requests.forged(t, e));
            case Event.UpstreamOpened e -> with(e.digest(), t -> feed.opened(t, e));
            case Event.UpstreamPiece e -> with(e.digest(), t -> feed.piece(t, e.piece()));
            case Event.UpstreamReads e -> core.throttle.reads(e.digest(), e.bytes());
            case Event.UpstreamDone e -> with(e.digest(), feed::done);
            case Event.UpstreamFailed e ->
                    with(e.digest(), t -> feed.failed(t, e.reason(), e.never()));
            case Event.RangeRead e -> {
                Transfer t = core.transfers.get(e.digest());
                boolean keep = t != null && flow.ranges.read(t, e);
                core.act(new Action.KeepRange(e.number(), e.piece(), keep));
            }
            case Event.RangeWritten e -> {
                with(e.digest(), t -> flow.ranges.written(t, e));
                serving.changed();
            }
            case Event.RangeFailed e -> with(e.digest(), t -> flow.ranges.failed(t, e));
            case Event.ClaimSigned e -> {
                with(e.digest(), t -> flow.claiming.signed(t, e.claim()));
                serving.changed();
            }
            case Event.ClaimUnsigned e -> with(e.digest(), t -> t.unsigned.addAll(e.pieces()));
            case Event.ClaimsChecked e -> flow.claiming.checked(e);
            case Event.Verified e -> with(e.digest(), t -> flow.checks.verified(t, e.map()));
            case Event.Planned e -> with(e.digest(), t -> flow.planned(t, e));
            default -> throw new IllegalStateException("not of a transfer: " + event);
        }
    }

    private void judged(NodeId from, int bytes) {
        Peer peer = core.peers.get(from);
        if (peer != null) {
            peer.unjudgedBytes = Math.max(0, peer.unjudgedBytes - bytes);
        }
    }

    private void with(Digest digest, Consumer<Transfer> what) {
        Transfer t = core.transfers.get(digest);
        if (t != null) {
            what.accept(t);
        }
    }

    private void received(NodeId from, Message message) {
        if (!core.hears(from, message)) {
            return;
        }
        switch (message) {
            case Message.WhoHas m -> members.whoHas(from, m);
            case Message.Has m -> members.has(from, m);
            case Message.Have m -> members.have(from, m);
            case Message.Take m -> members.take(from, m);
            case Message.Offer m -> members.offer(from, m);
            case Message.Claims m -> flow.claiming.received(from, m);
            case Message.Room m -> serving.room(from);
            case Message.Declined m -> serving.declined(from, m);
            case Message.GetMap m -> {
                Transfer t = core.transfers.get(m.digest());
                if (t == null || t.maps.trusted() || !flow.claiming.give(t, from)) {
                    serving.map(from, m.digest());
                }
            }
            case Message.MapOf m -> flow.maps.received(from, m);
            case Message.Against m -> core.justice.received(from, m);
            case Message.GetSymbols m -> serving.symbols(from, m);
            case Message.Cancel m -> serving.cancel(from, m);
            case Message.Refused m when core.justice.refused(from, m) -> {}
            case Message.Refused m ->
                    with(
                            m.digest(),
                            t -> {
                                Source s = t.sources.get(from);
                                if (s != null && t.pieces() >= 0) {
                                    flow.requests.refused(t, s, m);
                                }
                            });
            default ->
                    throw new IllegalArgumentException(
                            "not about content: " + message.getClass().getSimpleName());
        }
    }

    private void unwanted(Digest digest) {
        Transfer t = core.transfers.get(digest);
        if (t != null && t.helped) {
            t.wantedHere = false;
        } else if (t != null) {
            flow.end(t);
        }
    }

    private void held(Event.Held e) {
        core.held.put(e.digest(), new Core.HeldBlob(e.sizeBytes(), e.confined()));
        serving.forget(e.digest());
        Transfer t = core.transfers.get(e.digest());
        if (t != null) {
            flow.sharing.completed(t);
            flow.end(t);
            serving.changed();
        } else {
            flow.offers.tell(e.digest());
        }
    }

    private void tick() {
        core.throttle.tick();
        flow.requests.isolation.tick();
        flow.requests.yielding.tick();
        flow.sharing.room();
        for (Transfer t : List.copyOf(core.transfers.values())) {
            if (core.transfers.get(t.digest) == t) {
                flow.tick(t);
            }
        }
        flow.offers.tick();
        serving.changed();
        if (expiredNanos == Long.MIN_VALUE || core.now - expiredNanos >= EXPIRE_NANOS) {
            expiredNanos = core.now;
            flow.offers.expire();
            flow.sharing.expire();
            serving.expire();
            core.justice.tick();
        }
    }

    /** Whether a {@code Tick} each 20 ms is needed, or one each second will do. */
    public boolean busy() {
        return !core.transfers.isEmpty() || flow.sharing.seeding() || serving.heldBackBytes() > 0;
    }

    /** The limits in force, and what went; to be read only. */
    public Gate gate() {
        return core.throttle.gate;
    }

    /** What would be sent, or asked for, now, but for a limit. */
    public long heldBackBytes(boolean up) {
        return up ? serving.heldBackBytes() : core.throttle.heldBackBytes();
    }

    /** The transfers that run, oldest first. */
    public List<Progress> transfers() {
        List<Progress> all = new ArrayList<>();
        for (Transfer t : core.transfers.values()) {
            Set<NodeId> sources = new LinkedHashSet<>();
            for (Source s : t.sources.values()) {
                if (s.delivered && !s.upstream) {
                    sources.add(s.peer.id);
                }
            }
            all.add(
                    new Progress(
                            t.digest,
                            t.sizeBytes,
                            t.state(),
                            t.have.cardinality(),
                            Math.max(0, t.pieces()),
                            core.now - t.startedNanos,
                            sources));
        }
        return all;
    }

    /**
     * How far a transfer is.
     *
     * @param sizeBytes -1 while unknown
     * @param state {@code waiting}, {@code fetching} or {@code checking}
     * @param sources the connected members that bytes came from
     */
    public record Progress(
            Digest digest,
            long sizeBytes,
            String state,
            int piecesHave,
            int pieces,
            long elapsedNanos,
            Set<NodeId> sources) {
        /** Copies the set, in its order. */
        public Progress {
            sources = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(sources));
        }
    }
}
