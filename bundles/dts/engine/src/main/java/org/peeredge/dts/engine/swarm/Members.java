// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.List;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** Members that come and go, and what they say of blobs. */
final class Members {
    /** Pieces remembered of a blob whose size is not known yet. */
    private static final int MAX_UNKNOWN = 1 << 16;

    /** How long the answer of a member that is back is waited for. */
    private static final long ANSWER_NANOS = Time.SECOND / 4;

    private final Core core;
    private final Flow flow;

    Members(Core core, Flow flow) {
        this.core = core;
        this.flow = flow;
    }

    void up(Event.PeerUp e) {
        Peer known = core.peers.get(e.peer());
        if (known != null) {
            known.measured(e.sameLan(), e.rttMicros());
            return;
        }
        Peer peer = new Peer(e.peer(), e.roles(), e.sameLan(), e.rttMicros(), e.lossy());
        core.peers.put(e.peer(), peer);
        boolean returned = core.returned(e.peer());
        for (Transfer t : core.transfers.values()) {
            t.sources.put(e.peer(), new Source(t.digest, peer, core.now));
            if (returned) {
                t.answersDueNanos = Math.max(t.answersDueNanos, core.now + ANSWER_NANOS);
            }
            core.send(e.peer(), Flow.question(t));
        }
    }

    void measured(Event.PeerMeasured e) {
        Peer peer = core.peers.get(e.peer());
        if (peer != null) {
            peer.measured(e.sameLan(), e.rttMicros());
        }
    }

    void down(NodeId id) {
        Peer gone = core.peers.remove(id);
        if (gone == null) {
            return;
        }
        if (!gone.banned) {
            core.left(id);
        }
        for (Transfer t : List.copyOf(core.transfers.values())) {
            Source s = t.sources.remove(id);
            if (s != null) {
                flow.requests.lose(t, s);
                flow.takes.gone(t, id);
                s.pieces.stream().forEach(p -> t.holder(p, -1));
                t.planStale = true;
                t.rosterStale = true;
                flow.advance(t);
            }
        }
    }

    void whoHas(NodeId from, Message.WhoHas m) {
        Transfer t = core.transfers.get(m.digest());
        if (t == null
                && m.wants()
                && m.upstream().isPresent()
                && core.servesUpstream.test(m.upstream().get())
                && mayHelp(from)) {
            flow.want(new Event.Wanted(m.digest(), m.sizeBytes(), m.upstream()), true);
            t = core.transfers.get(m.digest());
            if (t != null) {
                t.helpedFor = from;
            }
        }
        flow.offers.answer(from, m);
        flow.sharing.wanted(from, m);
        Source s = t == null ? null : t.sources.get(from);
        if (t != null && s != null) {
            boolean wanted = s.wants(core.now);
            s.wanting(m.wants(), core.now);
            s.hasUpstream = m.upstream().isPresent();
            s.signNanos = core.now;
            if (wanted != m.wants()) {
                t.planStale = true;
                t.rosterStale = true;
                flow.takes.tell(t, s);
            }
        }
    }

    /** One member gets a quarter of them at most: else it could keep all others out. */
    private boolean mayHelp(NodeId member) {
        int all = 0;
        int his = 0;
        for (Transfer t : core.transfers.values()) {
            all += t.helped ? 1 : 0;
            his += t.helped && member.equals(t.helpedFor) ? 1 : 0;
        }
        return all < core.limits.helped() && his < Math.ceilDiv(core.limits.helped(), 4);
    }

    void has(NodeId from, Message.Has m) {
        if (m.holding() == Holding.COMPLETE || (m.holding() == Holding.NONE && !m.wants())) {
            flow.offers.satisfied(m.digest(), from);
            flow.sharing.satisfied(m.digest(), from);
        }
        Transfer t = core.transfers.get(m.digest());
        Source s = t == null ? null : t.sources.get(from);
        if (t == null || s == null) {
            return;
        }
        Holding before = s.holding;
        s.firstAnswer |= !s.answered;
        s.answered = true;
        s.signNanos = core.now;
        s.sizeBytes = m.sizeBytes();
        boolean fits = t.sizeBytes < 0 || m.sizeBytes() < 0 || m.sizeBytes() == t.sizeBytes;
        s.holding = fits ? m.holding() : Holding.NONE;
        if (s.holding == Holding.FETCHING && before != Holding.FETCHING) {
            s.fetchingSinceNanos = core.now;
        }
        learn(t, s, s.holding == Holding.PARTIAL ? m.pieces() : new BitSet());
        boolean wanted = s.wants(core.now);
        s.wanting(m.wants() && !s.complete(), core.now);
        if (before != s.holding || wanted != s.wants(core.now)) {
            t.planStale = true;
            t.rosterStale = true;
        }
        flow.advance(t);
    }

    private void learn(Transfer t, Source s, BitSet pieces) {
        BitSet lost = (BitSet) s.pieces.clone();
        lost.andNot(pieces);
        BitSet gained = (BitSet) pieces.clone();
        gained.andNot(s.pieces);
        int n = t.pieces();
        if (n >= 0) {
            gained.clear(n, Math.max(n, gained.length()));
        }
        if (gained.length() > MAX_UNKNOWN && n < 0) {
            gained.clear(MAX_UNKNOWN, gained.length());
        }
        s.pieces.andNot(lost);
        s.pieces.or(gained);
        lost.stream().forEach(p -> t.holder(p, -1));
        gained.stream()
                .forEach(p -> {
                    t.holder(p, 1);
                    flow.near(t, s, p);
                });
        if (!gained.isEmpty()) {
            t.progressNanos = core.now;
        }
    }

    void offer(NodeId from, Message.Offer m) {
        Transfer t = core.transfers.get(m.digest());
        Source s = t == null ? null : t.sources.get(from);
        if (t != null && s != null && t.pieces() >= 0) {
            flow.sharing.offered(t, s, m.piece(), flow.requests, flow.late);
        } else {
            core.send(from, new Message.Declined(m.digest(), m.piece(), false));
        }
    }

    void take(NodeId from, Message.Take m) {
        Transfer t = core.transfers.get(m.digest());
        Source s = t == null ? null : t.sources.get(from);
        if (t != null && s != null && s.peer.neighbour() && t.pieces() >= 0) {
            flow.takes.heard(t, s, m.pieces());
        }
    }

    void have(NodeId from, Message.Have m) {
        Transfer t = core.transfers.get(m.digest());
        Source s = t == null ? null : t.sources.get(from);
        if (t == null) {
            flow.sharing.told(m.digest(), from, m.pieces());
        }
        if (t == null || s == null || t.pieces() < 0 || s.complete()) {
            return;
        }
        flow.heard(t, s, m.pieces());
        if (t.maps.map() == null && !t.fast) {
            flow.advance(t);
        } else {
            flow.requests.fill(t, s);
            if (s.peer.neighbour()) {
                flow.requests.fillFromAfar();
            }
        }
    }
}
