// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;

/** A node's reading from the simulated upstream, piece after piece. */
final class SimFeed {
    private final SimNode node;

    /** Counts starts and stops: a reading goes on while its number is the last. */
    private final Map<Digest, Integer> runs = new LinkedHashMap<>();

    private final Map<Digest, Runnable> turns = new LinkedHashMap<>();

    SimFeed(SimNode node) {
        this.node = node;
    }

    void stop(Digest digest) {
        runs.merge(digest, 1, Integer::sum);
        turns.remove(digest);
    }

    void clear() {
        runs.clear();
    }

    void start(Digest digest, boolean forMembers) {
        node.upstreamStarts++;
        int run = runs.merge(digest, 1, Integer::sum);
        int now = node.life;
        SimContent content = node.sim.content(digest);
        node.sim.time.after(
                node.sim.upstream.delayNanos,
                () -> {
                    if (!running(digest, run, now)) {
                        return;
                    }
                    Optional<String> no = node.sim.upstream.refuses(node);
                    if (no.isPresent()) {
                        node.event(
                                new Event.UpstreamFailed(
                                        digest, no.get(), node.sim.upstream.never));
                        return;
                    }
                    if (forMembers && node.sim.upstream.confined) {
                        String refused = "credentials are wanted";
                        node.event(new Event.UpstreamFailed(digest, refused, true));
                        return;
                    }
                    node.disk.blob(digest).confined |= node.sim.upstream.confined;
                    node.event(
                            new Event.UpstreamOpened(
                                    digest, content.sizeBytes(), node.sim.upstream.confined));
                    node.sim.time.after(2 * SimNode.MILLI, () -> upstreamPiece(digest, run, now));
                });
    }

    private boolean running(Digest digest, int run, int now) {
        return node.alive && node.life == now && runs.getOrDefault(digest, 0) == run;
    }

    private void upstreamPiece(Digest digest, int run, int now) {
        if (!running(digest, run, now)) {
            return;
        }
        SimContent content = node.sim.content(digest);
        int piece = node.disk.blob(digest).have.nextClearBit(0);
        if (piece >= content.pieces()) {
            node.event(new Event.UpstreamDone(digest));
            return;
        }
        if (node.sim.upstream.breaks()) {
            node.event(new Event.UpstreamFailed(digest, "connection reset", false));
            return;
        }
        int bytes = Pieces.length(content.sizeBytes(), piece);
        turns.put(digest, () -> read(digest, piece, bytes, run, now));
        node.event(new Event.UpstreamReads(digest, bytes));
    }

    /** The limits let it go on. */
    void readOn(Digest digest) {
        Runnable turn = turns.remove(digest);
        if (turn != null) {
            turn.run();
        }
    }

    private void read(Digest digest, int piece, int bytes, int run, int now) {
        node.sim.time.after(
                node.sim.upstream.nanosFor(bytes),
                () -> {
                    if (running(digest, run, now)) {
                        node.upstreamBytes += bytes;
                        node.write(digest, piece, true);
                        node.event(new Event.UpstreamPiece(digest, piece));
                        upstreamPiece(digest, run, now);
                    }
                });
    }
}
