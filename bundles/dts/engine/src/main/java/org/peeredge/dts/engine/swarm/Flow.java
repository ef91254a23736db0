// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.dts.engine.wire.Message;

/**
 * The way of a transfer from wanted to held; {@link #advance} takes the next step, if one is due.
 */
final class Flow implements WholeFetch.Ending {
    private static final int MAX_RESETS = 8;
    private static final long BAD_SIZE_NANOS = 60 * Time.SECOND;

    final Requests requests;
    final Late late;
    final Arrivals arrivals;
    final Offers offers;
    final Maps maps;
    final Takes takes;
    final Sharing sharing;
    final Claiming claiming;
    final Ranges ranges;
    final Checks checks;
    final WholeFetch wholeFetch;

    private final Core core;
    private final Plans plans;
    private long transferNumber;

    Flow(Core core) {
        this.core = core;
        this.takes = new Takes(core);
        this.sharing = new Sharing(core);
        Picker picker = new Picker(core, takes, sharing);
        this.requests = new Requests(core, picker, takes);
        this.late = new Late(core, picker, requests);
        this.arrivals = new Arrivals(core, requests, late, sharing);
        this.offers = new Offers(core);
        this.maps = new Maps(core);
        this.claiming = new Claiming(core, this);
        this.ranges = new Ranges(core, this);
        this.checks = new Checks(core, this);
        this.wholeFetch = new WholeFetch(core, ranges);
        this.plans = new Plans(core);
    }

    /** Begins a transfer, or adds what was not known of one that runs. */
    void want(Event.Wanted e, boolean helped) {
        Digest digest = e.digest();
        long sizeBytes = e.sizeBytes();
        Optional<UpstreamRef> upstream = e.upstream();
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
            t.background = e.background();
            t.answersDueNanos = core.now + wholeFetch.answerNanos();
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
        if (!e.background() && (t.background || t.startedNanos == core.now)) {
            t.background = false;
            t.usefulNanos = core.now;
            core.throttle.foregroundBegan(requests);
        }
        wholeFetch.wanted(t, !helped);
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
        ranges.settle(t);
        readable(t);
        if (t.all()) {
            finish(t);
            return;
        }
        plans.step(t);
        wholeFetch.step(t, this);
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
            t.readablePieces = t.pieces();
            core.act(new Action.Readable(t.digest, t.pieces(), level == 1));
        } else if (t.fast && t.readable == 0) {
            readableOwn(t);
        }
    }

    /** What this node has read from upstream itself may go to its clients, up to the first gap. */
    private void readableOwn(Transfer t) {
        int until = t.readablePieces;
        while (until < t.pieces() && t.have.get(until) && t.claims.readHere(until)) {
            until++;
        }
        if (until > t.readablePieces) {
            t.readablePieces = until;
            core.act(new Action.Readable(t.digest, until, true));
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
        if (signed != null && t.maps.proves() && t.unsure().isEmpty()) {
            core.justice.proven(t, signed.map());
            t.completing = true;
            core.act(new Action.Complete(t.digest, signed, false));
        } else {
            t.verifying = true;
            core.act(new Action.Verify(t.digest));
        }
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
        t.plain.clear();
        t.news.clear();
        t.vouched.clear();
        t.unsigned.clear();
        t.claims.clear();
        t.sources.values().forEach(s -> s.claimsSinceNanos = Long.MIN_VALUE);
        t.readable = 0;
        t.readablePieces = 0;
        t.upstreamPieces = 0;
        t.progressNanos = core.now;
        if (t.sizeFrom != null) {
            t.sizeFrom = null;
            t.sizeBytes = -1;
        }
        offers.tell(t.digest);
        return true;
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
        wholeFetch.failed(t, reason, never);
        offers.tell(t.digest);
        advance(t);
    }

    @Override
    public void upstreamStarted(Transfer t) {
        offers.tell(t.digest);
        openStore(t);
    }

    @Override
    public void rangesBegin(Transfer t) {
        openStore(t);
        requests.fill(t);
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
        requests.coded.end(t);
        takes.end(t);
        core.transfers.remove(t.digest);
        offers.tell(t.digest);
    }

    /** A member that itself read pieces has them. */
    void heard(Transfer t, Source s, Iterable<Integer> pieces) {
        if (s.complete()) {
            return;
        }
        if (s.holding != Holding.PARTIAL) {
            s.holding = Holding.PARTIAL;
            s.answered = true;
            t.planStale = true;
        }
        s.signNanos = core.now;
        for (int piece : pieces) {
            if (piece >= 0 && piece < t.pieces() && !s.pieces.get(piece)) {
                s.pieces.set(piece);
                t.holder(piece, 1);
                near(t, s, piece);
                t.progressNanos = core.now;
            }
        }
    }

    /** A member has a piece; a neighbour that has it passes it on. */
    void near(Transfer t, Source s, int piece) {
        if (s.peer.neighbour()) {
            if (s.brings(core.now)) {
                t.near.set(piece);
                takes.arrived(t, piece);
            }
            sharing.told(t, s, piece);
        }
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
        boolean known = t.maps.map() == null || t.maps.map().equals(e.map().map());
        if (maps.checked(t, e)) {
            if (!known) {
                requests.acquit(t);
            }
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
        claiming.sign(t);
        claiming.tick(t);
        for (Source s : t.sources.values()) {
            boolean urgent = !s.answered || s.holding == Holding.FETCHING;
            if (!s.upstream && core.now - s.askedNanos >= (urgent ? 1 : 3) * Time.SECOND) {
                s.askedNanos = core.now;
                core.send(s.peer.id, question(t));
            }
        }
        String forbidden = core.throttle.forbidden(t);
        if (!forbidden.isEmpty()) {
            fail(t, forbidden, false);
            return;
        }
        takes.tick(t);
        late.tick(t);
        advance(t);
        if (core.transfers.get(t.digest) == t) {
            late.help(t);
        }
    }
}
