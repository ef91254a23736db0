// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * The way of a transfer from wanted to held; {@link #advance} takes the next step, if one is due.
 */
final class Flow implements Claims.Ending {
    private static final int MAX_RESETS = 8;
    private static final long BAD_SIZE_NANOS = 60 * Time.SECOND;

    final Requests requests;
    final Arrivals arrivals;
    final Offers offers;
    final Maps maps;
    final Takes takes;
    final Sharing sharing;

    private final Core core;
    private final Claims claims;
    private final Plans plans;
    private long transferNumber;

    Flow(Core core) {
        this.core = core;
        this.takes = new Takes(core);
        this.sharing = new Sharing(core);
        this.requests = new Requests(core, new Picker(core, takes, sharing), takes);
        this.arrivals = new Arrivals(core, requests, sharing);
        this.offers = new Offers(core);
        this.maps = new Maps(core);
        this.claims = new Claims(core);
        this.plans = new Plans(core);
    }

    /** Begins a transfer, or adds what was not known of one that runs. */
    void want(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream, boolean helped) {
        if (core.held.containsKey(digest)) {
            return;
        }
        Transfer t = core.transfers.get(digest);
        if (t == null) {
            if (core.transfers.size() >= core.limits.transfers()) {
                String full = core.limits.transfers() + " transfers run already; try again later";
                core.act(new Action.Failed(digest, full, false));
                return;
            }
            t =
                    new Transfer(
                            core.self,
                            digest,
                            ++transferNumber,
                            sizeBytes,
                            upstream,
                            helped,
                            core.now);
            t.answersDueNanos = core.now + claims.answerNanos();
            core.transfers.put(digest, t);
            intend(t);
            for (Peer peer : core.peers.values()) {
                t.sources.put(peer.id, new Source(t.digest, peer, core.now));
                core.send(peer.id, question(t));
            }
            t.rosterStale = true;
        } else {
            if (t.upstream.isEmpty()) {
                t.upstream = upstream;
                intend(t);
            }
            if (t.sizeBytes < 0) {
                t.sizeBytes = sizeBytes;
            }
        }
        claims.wanted(t, !helped);
        advance(t);
    }

    private void intend(Transfer t) {
        t.intends = t.upstream.isPresent() && core.servesUpstream.test(t.upstream.get());
    }

    static Message.WhoHas question(Transfer t) {
        return new Message.WhoHas(t.digest, t.sizeBytes, t.upstream, true);
    }

    /** Takes the next steps of a transfer. */
    void advance(Transfer t) {
        if (core.transfers.get(t.digest) != t || (t.resetWanted && !reset(t))) {
            return;
        }
        t.learnSize(core.now);
        openStore(t);
        boolean wasTrusted = t.maps.trusted();
        maps.step(t);
        trustGained(t, wasTrusted);
        maps.recheck(t);
        readable(t);
        if (t.all()) {
            finish(t);
            return;
        }
        plans.step(t);
        claims.step(t, this);
        requests.fill(t);
    }

    private void openStore(Transfer t) {
        boolean source = t.upstreamState == Transfer.Upstream.RUNNING;
        for (Source s : t.sources.values()) {
            source |= s.holds(core.now) || s.holding == Holding.FETCHING;
        }
        if (t.sizeBytes >= 0 && t.store == Transfer.Store.CLOSED && source) {
            t.store = Transfer.Store.OPENING;
            core.act(new Action.OpenStore(t.digest, t.sizeBytes));
        }
    }

    void opened(Transfer t, BitSet have) {
        if (t.store == Transfer.Store.OPENING) {
            t.opened(have);
            if (t.oldPieces) {
                core.act(new Action.LoadMap(t.digest));
            }
            advance(t);
        }
    }

    private void trustGained(Transfer t, boolean wasTrusted) {
        if (!wasTrusted && t.maps.trusted()) {
            t.takenNanos = core.now;
            t.sharedNanos = core.now;
            t.usefulNanos = core.now;
            t.rosterStale = true;
            if (t.offers()) {
                offers.tell(t.digest);
            }
        }
    }

    void readable(Transfer t) {
        int level = 0;
        if (t.store == Transfer.Store.OPEN) {
            if (t.maps.trusted() && t.checked.cardinality() == t.have.cardinality()) {
                level = 2;
            } else if (t.upstreamPieces > 0 && !t.oldPieces && t.maps.map() == null) {
                level = 1;
            }
        }
        if (level > t.readable) {
            t.readable = level;
            core.act(new Action.Readable(t.digest, level == 1));
        }
    }

    private void finish(Transfer t) {
        if (t.verifying
                || t.completing
                || !t.checking.isEmpty()
                || !t.rechecking.isEmpty()
                || t.upstreamState == Transfer.Upstream.RUNNING) {
            return;
        }
        requests.takeAllBack(t);
        var signed = t.maps.signed();
        if (signed != null && t.maps.trusted() && t.unsure().isEmpty()) {
            t.completing = true;
            core.act(new Action.Complete(t.digest, signed, false));
        } else {
            t.verifying = true;
            core.act(new Action.Verify(t.digest));
        }
    }

    /** The digest has spoken. */
    void verified(Transfer t, Optional<PieceMap> map) {
        if (!t.verifying) {
            return;
        }
        t.verifying = false;
        if (map.isPresent()) {
            maps.punish(t.maps.proven(map.get()));
            t.completing = true;
            core.act(new Action.Complete(t.digest, t.maps.with(map.get()), !t.confined));
            return;
        }
        if (t.maps.map() != null && t.unsure().isEmpty()) {
            maps.punish(t.maps.refuted());
            t.lastTrouble = "its pieces matched a false piece map";
        } else {
            claims.failed(t, "what came from upstream does not match the digest", false);
        }
        wantReset(t);
    }

    void wantReset(Transfer t) {
        t.resetWanted = true;
        requests.takeAllBack(t);
        advance(t);
    }

    /** Begins anew, as soon as nothing of it is being written. */
    private boolean reset(Transfer t) {
        if (!t.checking.isEmpty()
                || !t.rechecking.isEmpty()
                || t.verifying
                || t.store == Transfer.Store.OPENING) {
            return false;
        }
        if (++t.resets > MAX_RESETS) {
            fail(t, "false bytes " + MAX_RESETS + " times: " + t.lastTrouble, false);
            return false;
        }
        if (t.store == Transfer.Store.OPEN) {
            core.act(new Action.Reset(t.digest));
        }
        t.resetWanted = false;
        t.store = Transfer.Store.CLOSED;
        t.have.clear();
        t.checked.clear();
        t.need.clear();
        t.news.clear();
        t.readable = 0;
        t.upstreamPieces = 0;
        t.progressNanos = core.now;
        if (t.sizeFrom != null) {
            t.sizeFrom = null;
            t.sizeBytes = -1;
        }
        offers.tell(t.digest);
        return true;
    }

    void pieceStored(Transfer t, Event.PieceStored e) {
        int piece = e.piece();
        if (!settle(t, piece, e.from())) {
            return;
        }
        t.have.set(piece);
        t.need.clear(piece);
        t.progressNanos = core.now;
        t.usefulNanos = core.now;
        if (!e.from().equals(core.self)) {
            Peer peer = core.peers.get(e.from());
            boolean origin = peer != null && peer.origin;
            core.count(
                    t.digest,
                    origin ? Counted.FROM_ORIGIN : Counted.FROM_PEER,
                    e.from(),
                    e.bytes());
        }
        if (!outdated(t, piece)) {
            t.checked.set(piece);
            takes.arrived(t, piece);
            offers.news(t, piece);
        }
        Source s = t.sources.get(e.from());
        if (s == null || t.all() || t.resetWanted) {
            advance(t);
        } else {
            requests.fill(s.peer);
        }
    }

    void pieceBad(Transfer t, Event.PieceBad e) {
        if (!settle(t, e.piece(), e.from())) {
            return;
        }
        boolean mine = e.from().equals(core.self);
        if (mine) {
            t.have.clear(e.piece());
        }
        boolean old = outdated(t, e.piece());
        t.missing(e.piece());
        if (!mine && !old) {
            requests.bad(t, e);
        }
        advance(t);
    }

    /** Takes a piece out of the checks under way; false when it was in none. */
    private boolean settle(Transfer t, int piece, NodeId from) {
        if (from.equals(core.self)) {
            boolean known = t.rechecking.get(piece);
            t.rechecking.clear(piece);
            return known;
        }
        boolean known = t.checking.get(piece);
        if (known) {
            t.checking.clear(piece);
            core.pendingBytes -= t.length(piece);
        }
        return known;
    }

    private static boolean outdated(Transfer t, int piece) {
        boolean old = t.outdated.get(piece);
        t.outdated.clear(piece);
        return old;
    }

    void storeFailed(Transfer t, String reason, boolean full) {
        if (t.store == Transfer.Store.OPENING && t.sizeFrom != null && full) {
            Source s = t.sources.get(t.sizeFrom);
            if (s != null) {
                s.exclude(core.now, BAD_SIZE_NANOS);
            }
            t.store = Transfer.Store.CLOSED;
            t.sizeFrom = null;
            t.sizeBytes = -1;
            t.lastTrouble = reason;
            boolean others = t.sources.values().stream().anyMatch(o -> o.holds(core.now));
            if (others) {
                advance(t);
                return;
            }
        }
        fail(t, reason, false);
    }

    void upstreamFailed(Transfer t, String reason, boolean never) {
        claims.failed(t, reason, never);
        offers.tell(t.digest);
        advance(t);
    }

    @Override
    public void upstreamStarted(Transfer t) {
        offers.tell(t.digest);
        openStore(t);
    }

    @Override
    public void fail(Transfer t, String reason, boolean never) {
        end(t);
        core.act(new Action.Failed(t.digest, reason, never));
    }

    /** Drops a transfer, whatever its state. */
    void end(Transfer t) {
        requests.takeAllBack(t);
        if (t.upstreamState == Transfer.Upstream.RUNNING) {
            core.act(new Action.StopUpstream(t.digest));
        }
        for (int p = t.checking.nextSetBit(0); p >= 0; p = t.checking.nextSetBit(p + 1)) {
            core.pendingBytes -= t.length(p);
        }
        takes.end(t);
        core.transfers.remove(t.digest);
        offers.tell(t.digest);
    }

    void planned(Transfer t, Event.Planned e) {
        plans.apply(t, e.plan());
        requests.fill(t);
    }

    void mapChecked(Event.MapChecked e) {
        @Nullable Transfer t = core.transfers.get(e.map().map().digest());
        if (t == null || t.verifying || t.completing) {
            return;
        }
        boolean wasTrusted = t.maps.trusted();
        if (maps.checked(t, e)) {
            long size = e.map().map().sizeBytes();
            if (t.sizeBytes < 0 || (t.sizeBytes != size && t.sizeFrom != null)) {
                boolean wrong = t.sizeBytes >= 0;
                if (wrong) {
                    wantReset(t);
                }
                t.sizeBytes = size;
                t.sizeFrom = e.originSigned() ? null : e.from();
            }
            trustGained(t, wasTrusted);
        }
        advance(t);
    }

    /** Time went on. */
    void tick(Transfer t) {
        if (core.now - t.rosterNanos >= Time.SECOND / 10) {
            t.rosterNanos = core.now;
            t.rosterStale = true;
        }
        offers.flush(t);
        for (Source s : t.sources.values()) {
            boolean urgent = !s.answered || s.holding == Holding.FETCHING;
            if (core.now - s.askedNanos >= (urgent ? 1 : 3) * Time.SECOND) {
                s.askedNanos = core.now;
                core.send(s.peer.id, question(t));
            }
        }
        takes.tick(t);
        requests.tick(t);
        advance(t);
    }
}
