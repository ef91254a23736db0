// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** Asks holders for piece maps, and weighs what comes. */
final class Maps {
    private static final long ANSWER_NANOS = 2 * Time.SECOND;
    private static final long AGAIN_NANOS = 2 * Time.SECOND;
    private static final long EXCLUDE_NANOS = 30 * Time.SECOND;
    private static final long PROOF_NANOS = Time.SECOND / 2;
    private static final long UNCLAIMED_NANOS = Time.SECOND;
    private static final int MAX_TRIES = 3;
    private static final int ASKED_AT_ONCE = 2;

    private final Core core;

    Maps(Core core) {
        this.core = core;
    }

    /** Asks for a map while there is none that is trusted. */
    void step(Transfer t) {
        if (t.maps.trusted() || t.sizeBytes == 0 || t.completing || t.verifying) {
            return;
        }
        if (t.sizeBytes > 0 && t.pieces() == 1 && t.digest.algorithm().equals("sha256")) {
            t.maps.fromDigest(t.sizeBytes);
            return;
        }
        int awaited = 0;
        for (Source s : t.sources.values()) {
            if (s.mapAwaited && core.now - s.mapAskedNanos > ANSWER_NANOS) {
                s.mapAwaited = false;
                missed(s);
            }
            awaited += s.mapAwaited ? 1 : 0;
        }
        while (awaited < ASKED_AT_ONCE) {
            Source best = best(t);
            if (best == null) {
                return;
            }
            ask(t, best);
            awaited++;
        }
    }

    /** Who asks for checked pieces has a map that is true. */
    void ask(NodeId who, Digest digest) {
        Transfer t = core.transfers.get(digest);
        Source s = t == null ? null : t.sources.get(who);
        if (t == null || s == null) {
            return;
        }
        boolean lately =
                s.mapAskedNanos != Long.MIN_VALUE && core.now - s.mapAskedNanos <= PROOF_NANOS;
        if (!lately) {
            ask(t, s);
        }
    }

    private void ask(Transfer t, Source s) {
        s.firstAnswer = false;
        s.mapAwaited = true;
        s.mapAskedNanos = core.now;
        core.send(s.peer.id, new Message.GetMap(t.digest));
    }

    private @Nullable Source best(Transfer t) {
        Source best = null;
        for (Source s : t.sources.values()) {
            if (!s.upstream
                    && s.holds(core.now)
                    && !s.mapAwaited
                    && due(t, s)
                    && (best == null || nearer(s, best))) {
                best = s;
            }
        }
        return best;
    }

    private boolean due(Transfer t, Source s) {
        return (s.mapAskedNanos == Long.MIN_VALUE || core.now - s.mapAskedNanos > AGAIN_NANOS)
                && (!t.fast || s.complete() || lacksClaims(t, s));
    }

    /**
     * Whether it has pieces of which nobody has said a hash: at first, or for a while. Claims come
     * unasked, and an answer holds all of them again, with certificates; what was said before this
     * node began is missed.
     */
    private boolean lacksClaims(Transfer t, Source s) {
        if (t.claims.knowsAll(s.pieces)) {
            s.unclaimedNanos = Long.MIN_VALUE;
            s.firstAnswer = false;
            return false;
        }
        if (s.unclaimedNanos == Long.MIN_VALUE) {
            s.unclaimedNanos = core.now;
        }
        return s.firstAnswer || core.now - s.unclaimedNanos > UNCLAIMED_NANOS;
    }

    private static boolean nearer(Source a, Source b) {
        if (a.mapGiven != b.mapGiven) {
            return !a.mapGiven;
        }
        if (a.peer.origin != b.peer.origin) {
            return a.peer.origin;
        }
        return a.peer.rttNanos < b.peer.rttNanos;
    }

    private void missed(Source s) {
        if (++s.mapTries >= MAX_TRIES) {
            s.mapTries = 0;
            s.exclude(core.now, EXCLUDE_NANOS);
        }
    }

    /** A map came in; its signatures are checked only when it was asked for. */
    void received(NodeId from, Message.MapOf m) {
        Transfer t = core.transfers.get(m.map().map().digest());
        Source s = t == null ? null : t.sources.get(from);
        if (s != null && s.mapAwaited) {
            s.mapAwaited = false;
            s.mapGiven = true;
            core.act(new Action.CheckMap(from, m.map()));
        }
    }

    /**
     * A map's signatures were checked.
     *
     * @return whether anything may have changed for the transfer
     */
    boolean checked(Transfer t, Event.MapChecked e) {
        Source s = t.sources.get(e.from());
        PieceMap map = e.map().map();
        boolean sizeFits =
                t.sizeBytes < 0
                        || t.sizeBytes == map.sizeBytes()
                        || (t.sizeFrom != null && e.originSigned());
        if (e.signers().isEmpty() || !sizeFits) {
            if (s != null) {
                missed(s);
            }
            return false;
        }
        PieceMap before = t.maps.map();
        t.maps.add(e.map(), e.signers(), e.originSigned(), core.self);
        if (!t.maps.trusted() && t.claimable()) {
            t.fast = true;
            t.claims.add(e.signers().iterator().next(), map);
        }
        useNew(t, before);
        return true;
    }

    /** Reads kept pieces again where the map in use has changed. */
    void useNew(Transfer t, @Nullable PieceMap before) {
        PieceMap map = t.maps.map();
        if (map == null || (before != null && map.equals(before))) {
            return;
        }
        t.checked.clear();
        if (t.maps.trusted()) {
            t.adopt();
        }
        t.outdated.or(t.checking);
        t.outdated.or(t.rechecking);
        recheck(t);
    }

    /**
     * Asks for every kept piece that is not checked to be compared with the map in use. Not with
     * one that nobody vouches for while the upstream or the digest can tell.
     */
    void recheck(Transfer t) {
        if (t.maps.map() == null || t.store != Transfer.Store.OPEN || !t.needsRecheck()) {
            return;
        }
        var unsure = t.unsure();
        unsure.andNot(t.rechecking);
        for (int p = unsure.nextSetBit(0); p >= 0; p = unsure.nextSetBit(p + 1)) {
            t.rechecking.set(p);
            core.act(new Action.CheckKept(t.digest, p, t.maps.leaf(p)));
        }
    }
}
