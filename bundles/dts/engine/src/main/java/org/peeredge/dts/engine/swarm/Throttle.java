// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.flow.Gate;
import org.peeredge.dts.engine.flow.Standing;

/**
 * Keeps what is asked for and sent within the limits in force, and lets what somebody waits for go
 * before what nobody does. A piece is counted when it is asked for, so that requests never queue up
 * behind a limit. See {@code docs/decisions/0013}.
 */
final class Throttle {
    /** Between two pieces of a transfer that somebody waits for others do not get in. */
    private static final long LULL_NANOS = 200 * Time.MILLI;

    /** Who waits for content that may not come hears so after that. */
    private static final long FORBIDDEN_NANOS = 2 * Time.SECOND;

    /** A request that would wait longer behind a limit had better be made elsewhere. */
    private static final long LONGEST_WAIT_NANOS = 5 * Time.SECOND;

    final Gate gate = new Gate();

    private final Core core;

    /** Reads of whole blobs from upstream that wait for their next piece, in order. */
    private final Map<Digest, Integer> reading = new LinkedHashMap<>();

    private long servedNanos = Long.MIN_VALUE;

    Throttle(Core core) {
        this.core = core;
    }

    private static Gate.Way way(Peer peer) {
        return new Gate.Way(peer.id, !peer.sameLan, peer.upstream);
    }

    // What comes

    boolean mayAsk(Transfer t, Peer peer) {
        return !(t.background && foregroundBusy())
                && gate.open(false, way(peer), t.background, core.now);
    }

    /** Bytes were asked for, or came all the same; a negative number: they will not come. */
    void asked(Transfer t, Peer peer, long bytes) {
        gate.spend(false, way(peer), t.background, bytes, core.now);
    }

    /** Bytes came for which there is no transfer any more. */
    void unasked(Peer peer, long bytes) {
        gate.spend(false, way(peer), false, bytes, core.now);
    }

    /** Whether a transfer that somebody waits for uses the way in. */
    private boolean foregroundBusy() {
        for (Transfer t : core.transfers.values()) {
            if (!t.background
                    && (!t.requests.isEmpty()
                            || !t.coded.isEmpty()
                            || t.upstreamState == Transfer.Upstream.RUNNING
                            || core.now - t.usefulNanos < LULL_NANOS)) {
                return true;
            }
        }
        return false;
    }

    /** Somebody waits for a blob from now on: what nobody waits for is taken back. */
    void foregroundBegan(Requests requests) {
        for (Transfer t : core.transfers.values()) {
            if (!t.background) {
                continue;
            }
            for (Request r : Requests.all(t)) {
                Source s = r.source();
                if (s.late == null) {
                    s.late = new BitSet();
                }
                s.late.set(r.piece()); // what is under way already is of use
                requests.takeBack(t, r);
            }
        }
    }

    /** A read from upstream would go on. */
    void reads(Digest digest, int bytes) {
        reading.put(digest, bytes);
        readOn();
    }

    /** Lets reads from upstream go on. */
    void readOn() {
        for (Iterator<Map.Entry<Digest, Integer>> i = reading.entrySet().iterator();
                i.hasNext(); ) {
            Map.Entry<Digest, Integer> e = i.next();
            Transfer t = core.transfers.get(e.getKey());
            if (t == null) {
                i.remove();
            } else if (mayRead(t)) {
                i.remove();
                gate.spend(false, upstream(), t.background, e.getValue(), core.now);
                core.act(new Action.ReadOn(e.getKey()));
            }
        }
    }

    private boolean mayRead(Transfer t) {
        return !(t.background && foregroundBusy())
                && gate.open(false, upstream(), t.background, core.now);
    }

    private Gate.Way upstream() {
        return new Gate.Way(core.self, true, true);
    }

    /** Why a client waits in vain, if it does: what is missing may not come the only way it can. */
    String forbidden(Transfer t) {
        Standing standing = gate.standing();
        if (standing.wan() != Standing.Access.NONE
                || t.background
                || core.now - t.usefulNanos < FORBIDDEN_NANOS) {
            return "";
        }
        for (Source s : t.sources.values()) {
            if (s.peer.sameLan && s.holds(core.now)) {
                return "";
            }
        }
        return standing.wanWhy();
    }

    // What goes

    boolean mayServe(Peer peer, boolean background) {
        boolean after =
                background && servedNanos != Long.MIN_VALUE && core.now - servedNanos < LULL_NANOS;
        return !after && gate.open(true, way(peer), background, core.now);
    }

    void serves(Peer peer, boolean background, long bytes) {
        if (!background) {
            servedNanos = core.now;
        }
        gate.spend(true, way(peer), background, bytes, core.now);
    }

    /** Whether a request had better be made elsewhere, with {@code waitingBytes} before it. */
    boolean refuses(Peer peer, boolean background, long waitingBytes) {
        Gate.Way way = way(peer);
        if (!gate.permits(way, background)) {
            return true;
        }
        long wait =
                gate.nanosToOpen(true, way, background, core.now)
                        + gate.nanosFor(waitingBytes, true, way, background, core.now);
        return wait > LONGEST_WAIT_NANOS * (peer.servedQueue == 0 ? 2 : 1);
    }

    /** The neighbours may have become more or fewer. */
    void tick() {
        int near = 1;
        for (Peer peer : core.peers.values()) {
            near += peer.neighbour() ? 1 : 0;
        }
        gate.lanMembers(near, core.now);
        readOn();
    }

    /** Bytes that transfers lack and may not ask for now. */
    long heldBackBytes() {
        long bytes = 0;
        for (Transfer t : List.copyOf(core.transfers.values())) {
            boolean any = t.need.isEmpty();
            for (Source s : t.sources.values()) {
                any |= s.holds(core.now) && mayAsk(t, s.peer);
            }
            bytes += any ? 0 : (long) t.need.cardinality() * t.pieceBytes();
            bytes += reading.getOrDefault(t.digest, 0);
        }
        return bytes;
    }
}
