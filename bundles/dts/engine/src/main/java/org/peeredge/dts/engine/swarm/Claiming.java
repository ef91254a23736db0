// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.evidence.Terms;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** Says what this node has read from upstream, and hears what others have. */
final class Claiming {
    private static final long BATCH_NANOS = 10 * Time.MILLI;

    /** Messages with claims to one member in a row, so that they find room on its connection. */
    private static final int AT_ONCE = 8;

    private static final int MAX_CHECKS = AT_ONCE;

    /** Who asks again is given what is new since, and now and then all, should some be lost. */
    private static final long ALL_AGAIN_NANOS = 10 * Time.SECOND;

    /** About what a claim of one piece weighs. */
    private static final int CLAIM_BYTES = 1_024;

    /**
     * Of the claims that their authors bring themselves, one in so many has its signature checked.
     */
    private static final int SAMPLE = 8;

    private final Core core;
    private final Flow flow;

    Claiming(Core core, Flow flow) {
        this.core = core;
        this.flow = flow;
    }

    /** A piece was read from upstream; it is told once it is signed. */
    void read(Transfer t, int piece, byte[] hash) {
        if (t.claims.contradicts(piece, hash)) {
            flow.requests.acquit(t);
        }
        t.claims.read(piece, hash);
        t.unsigned.add(piece);
        if (t.signedNanos == Long.MIN_VALUE
                || core.now - t.signedNanos >= BATCH_NANOS
                || t.unsigned.size() >= Limits.MAX_CLAIM_PIECES) {
            sign(t);
        }
    }

    /**
     * Signs what has been read since the last time: a signature for many pieces, where they come
     * fast.
     */
    void sign(Transfer t) {
        if (t.unsigned.isEmpty() || t.upstream.isEmpty()) {
            return;
        }
        byte[] hashes = new byte[t.unsigned.size() * PieceMap.LEAF_BYTES];
        List<Integer> pieces = new ArrayList<>(t.unsigned.size());
        for (int piece : t.unsigned) {
            byte[] hash = t.claims.hash(piece);
            if (hash != null) {
                System.arraycopy(hash, 0, hashes, pieces.size() * PieceMap.LEAF_BYTES, hash.length);
                pieces.add(piece);
            }
        }
        t.unsigned.clear();
        t.signedNanos = core.now;
        core.act(
                new Action.SignClaim(
                        t.digest, t.sizeBytes, t.upstream.orElseThrow(), pieces, hashes));
    }

    /** This node's claim is signed: its pieces may be given. */
    void signed(Transfer t, Claim claim) {
        if (!t.fast) {
            return;
        }
        t.claims.signed(core.self, claim);
        for (int piece : claim.pieces()) {
            if (t.have.get(piece) && t.claims.readHere(piece)) {
                t.vouched.set(piece);
                flow.takes.arrived(t, piece);
            }
        }
        flow.offers.claim(t, new Message.Claims(t.digest, t.sizeBytes, List.of(claim)));
    }

    /** Claims came: who makes too many at once is not heard. */
    void received(NodeId from, Message.Claims m) {
        Transfer t = core.transfers.get(m.digest());
        Source s = t == null ? null : t.sources.get(from);
        if (t == null || s == null) {
            return;
        }
        s.mapAwaited = false;
        boolean fits = t.sizeBytes < 0 || t.sizeBytes == m.sizeBytes();
        if (!fits || !t.claimable()) {
            return;
        }
        List<Claim> fresh = new ArrayList<>();
        List<Event.Claimed> told = new ArrayList<>();
        sort(t, s, m, fresh, told);
        if (!told.isEmpty()) {
            take(t, s.peer.id, m.sizeBytes(), told);
        }
        if (!fresh.isEmpty() && s.peer.claimChecks < MAX_CHECKS) {
            s.peer.claimChecks++;
            Message.Claims unchecked = new Message.Claims(m.digest(), m.sizeBytes(), fresh);
            core.act(new Action.CheckClaims(from, unchecked));
        }
    }

    /**
     * A signature is there to be shown to others: who says something on its own channel is known
     * without. To check it costs more than all else about a piece, so that is done for a sample,
     * and for what is to be shown ({@link Justice#proven}).
     *
     * @param fresh takes those whose signature is to be checked
     * @param told takes the sender's own that are believed as they are
     */
    private void sort(
            Transfer t, Source s, Message.Claims m, List<Claim> fresh, List<Event.Claimed> told) {
        boolean has = false;
        for (Claim claim : m.claims()) {
            NodeId author = t.claims.author(claim).orElse(null);
            if (author != null) {
                if (author.equals(s.peer.id)) {
                    flow.heard(t, s, claim.pieces());
                    has = true;
                }
            } else if (Arrays.equals(claim.certificate(), s.peer.certificate)
                    && core.random.nextInt(SAMPLE) != 0) {
                told.add(new Event.Claimed(s.peer.id, claim, false));
            } else {
                fresh.add(claim);
            }
        }
        if (has) {
            flow.requests.fill(t, s);
            flow.requests.fillFromAfar();
        }
    }

    /** Their signatures are good. */
    void checked(Event.ClaimsChecked e) {
        Peer peer = core.peers.get(e.from());
        if (peer != null) {
            peer.claimChecks = Math.max(0, peer.claimChecks - 1);
            for (Event.Claimed c : e.claims()) {
                if (c.by().equals(e.from())) {
                    peer.certificate = c.claim().certificate();
                }
            }
            if (e.forged()) {
                core.punish(e.from(), "did not sign what it claims", Terms.BAD_PIECE_MILLIS);
                return;
            }
        }
        Transfer t = core.transfers.get(e.digest());
        if (t != null && t.claimable() && !e.claims().isEmpty()) {
            take(t, e.from(), e.sizeBytes(), e.claims());
        }
    }

    private void take(Transfer t, NodeId from, long sizeBytes, List<Event.Claimed> claims) {
        Source s = t.sources.get(from);
        if (t.sizeBytes < 0) {
            t.sizeBytes = sizeBytes;
            t.sizeFrom = from;
        }
        if (t.sizeBytes != sizeBytes) {
            return;
        }
        boolean first = !t.fast;
        t.fast = true;
        for (Event.Claimed c : claims) {
            if (c.by().equals(core.self)) {
                continue; // an earlier life's, passed on: what was read then is not known now
            }
            t.claims.add(c, t.pieces());
            if (s != null && c.by().equals(from)) {
                flow.heard(t, s, c.claim().pieces());
            }
        }
        if (first) {
            t.rosterStale = true;
            flow.advance(t);
        } else if (s != null) {
            flow.requests.fill(t, s);
            flow.requests.fillFromAfar();
        }
    }

    /** Gives what is known of the hashes to one who asked for a map. */
    boolean give(Transfer t, NodeId to) {
        if (!t.fast || t.confined) {
            return false;
        }
        SignedMap map = t.maps.signed();
        if (map != null && !map.signatures().isEmpty()) {
            core.send(to, new Message.MapOf(map));
        }
        Source s = t.sources.get(to);
        if (s != null && t.claims.count() > 0) {
            s.claimsAsked = true;
            if (s.claimsSinceNanos == Long.MIN_VALUE
                    || core.now - s.claimsSinceNanos >= ALL_AGAIN_NANOS) {
                s.claimsSinceNanos = core.now;
                s.claimsGiven = 0;
            }
            give(t, s);
        }
        return map != null || t.claims.count() > 0;
    }

    /** Time went on: the next part of what was asked for. */
    void tick(Transfer t) {
        for (Source s : t.sources.values()) {
            if (s.claimsAsked) {
                give(t, s);
            }
        }
    }

    /** Goes on where it ended the last time. */
    private void give(Transfer t, Source to) {
        to.claimsGiven = Math.min(to.claimsGiven, t.claims.count());
        for (int i = 0; i < AT_ONCE && to.claimsGiven < t.claims.count(); i++) {
            List<Claim> part = t.claims.from(to.claimsGiven, Limits.MAX_CLAIMS);
            if (!to.peer.credit.answer((long) part.size() * CLAIM_BYTES, core.now)) {
                return;
            }
            to.claimsGiven += part.size();
            core.send(to.peer.id, new Message.Claims(t.digest, t.sizeBytes, part));
        }
        to.claimsAsked = to.claimsGiven < t.claims.count();
    }
}
