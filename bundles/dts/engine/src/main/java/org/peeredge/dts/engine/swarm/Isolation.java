// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who delivers far slower than the others is asked for nothing that they have, but for a piece now
 * and then, to see whether that is still so. Neighbours are compared with neighbours, and those
 * afar with each other: the slowest tenth of them (one at least), when below a quarter of what the
 * middle one of the others delivers, three looks in a row; until above a half of it. A rate is what
 * was measured, or, where something is awaited for long, no more than that makes.
 */
final class Isolation {
    private static final long LOOK_NANOS = 250 * Time.MILLI;
    private static final int LOOKS = 3;
    private static final int TENTH = 10;
    private static final int ENTER = 4;
    private static final int LEAVE = 2;
    private static final long FIRST_PROBE_NANOS = 5 * Time.SECOND;
    private static final long LAST_PROBE_NANOS = 60 * Time.SECOND;

    /** Near its end a transfer has no piece to spare for a look, unless there was none for long. */
    private static final int PROBE_NEED = 32;

    private final Core core;
    private final Requests requests;
    private long lookedNanos = Long.MIN_VALUE;

    Isolation(Core core, Requests requests) {
        this.core = core;
        this.requests = requests;
    }

    /** A member that is compared. */
    private record Seen(Peer peer, long rate) {}

    /** To be called now and then. */
    void tick() {
        if (lookedNanos != Long.MIN_VALUE && core.now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = core.now;
        Map<Peer, Long> bounds = bounds();
        List<Seen> near = new ArrayList<>();
        List<Seen> far = new ArrayList<>();
        for (Peer peer : core.peers.values()) {
            long bound = bounds.getOrDefault(peer, Long.MAX_VALUE);
            long rate = peer.bytesPerSecond == 0 ? bound : Math.min(peer.bytesPerSecond, bound);
            if (rate != Long.MAX_VALUE && !peer.banned && !peer.yielding.yields) {
                (peer.neighbour() ? near : far).add(new Seen(peer, rate));
            }
        }
        look(near);
        look(far);
    }

    /** The most that a member can have delivered since what is awaited longest was asked for. */
    private Map<Peer, Long> bounds() {
        Map<Peer, Long> bounds = new LinkedHashMap<>();
        for (Transfer t : core.transfers.values()) {
            for (Request r : Requests.all(t)) {
                Peer peer = r.source().peer;
                long since = core.now - Math.max(r.sentNanos(), peer.lastArrivalNanos());
                long bytes = (long) r.batch().count * t.pieceBytes();
                bounds.merge(peer, bytes * Time.SECOND / Math.max(since, Time.MILLI), Math::min);
            }
        }
        return bounds;
    }

    private void look(List<Seen> group) {
        group.sort((a, b) -> Long.compare(a.rate, b.rate));
        List<Seen> well = new ArrayList<>(group);
        well.removeIf(s -> s.peer.isolated);
        int tenth = Math.max(1, well.size() / TENTH);
        for (Seen s : group) {
            long median = median(well, s);
            if (median < 0) {
                leave(s.peer); // there is none to ask instead
            } else if (s.peer.isolated) {
                isolated(s, median);
            } else {
                boolean slow = well.indexOf(s) < tenth && s.rate < median / ENTER;
                s.peer.slowLooks = slow ? s.peer.slowLooks + 1 : 0;
                if (s.peer.slowLooks >= LOOKS) {
                    isolate(s.peer);
                }
            }
        }
    }

    private void isolate(Peer peer) {
        peer.isolated = true;
        recount(peer);
        peer.slowLooks = 0;
        peer.probeEachNanos = FIRST_PROBE_NANOS;
        peer.probeNanos = core.now + peer.probeEachNanos;
        giveToOthers(peer);
    }

    private void leave(Peer peer) {
        if (peer.isolated) {
            peer.isolated = false;
            recount(peer);
        }
    }

    /** What only it has of a blob is not near, or is near again: the LAN fetches that from afar. */
    private void recount(Peer peer) {
        for (Transfer t : core.transfers.values()) {
            t.rosterStale |= t.sources.containsKey(peer.id);
        }
    }

    private void isolated(Seen s, long median) {
        if (s.rate > median / LEAVE) {
            leave(s.peer);
        } else if (s.rate < median / ENTER && s.peer.inflightBytes > 0) {
            giveToOthers(s.peer);
        }
    }

    /** The middle one of the others; -1 without any. */
    private static long median(List<Seen> well, Seen self) {
        List<Seen> others = new ArrayList<>(well);
        others.remove(self);
        return others.isEmpty() ? -1 : others.get(others.size() / 2).rate;
    }

    /** What it was asked for others bring; should it come all the same, it is of use. */
    private void giveToOthers(Peer peer) {
        for (Transfer t : List.copyOf(core.transfers.values())) {
            Source s = t.sources.get(peer.id);
            if (s == null || !others(t, s)) {
                continue;
            }
            for (Request r : Requests.all(t)) {
                if (r.source() == s) {
                    if (s.late == null) {
                        s.late = new BitSet();
                    }
                    s.late.set(r.piece());
                    requests.takeBack(t, r);
                }
            }
            requests.fill(t);
        }
    }

    /** Whether {@code s} is to be left alone now, since others have all that it has. */
    boolean avoids(Transfer t, Source s) {
        if (!s.peer.isolated || !others(t, s)) {
            return false;
        }
        boolean probe =
                core.now >= s.peer.probeNanos
                        && s.peer.inflightBytes == 0
                        && (t.need.cardinality() >= PROBE_NEED
                                || core.now >= s.peer.probeNanos + LAST_PROBE_NANOS);
        if (probe) {
            s.peer.probeEachNanos = Math.min(LAST_PROBE_NANOS, 2 * s.peer.probeEachNanos);
            s.peer.probeNanos = core.now + s.peer.probeEachNanos;
        }
        return !probe;
    }

    private boolean others(Transfer t, Source s) {
        for (Source o : t.sources.values()) {
            if (o != s
                    && !o.upstream
                    && o.complete()
                    && !o.peer.isolated
                    && o.holds(core.now)
                    && o.peer.usable(core.now)) {
                return true;
            }
        }
        return false;
    }
}
