// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kit.simnet.Port;

/** A node's reading of ranges from the simulated upstream: over its link where it has one. */
final class SimRanges {
    private final SimNode node;

    /** Ranges that go on, by number. */
    private final Map<Long, Action.FetchRange> runs = new LinkedHashMap<>();

    /** Pieces that wait for a decision, by range. */
    private final Map<Long, Part> waiting = new LinkedHashMap<>();

    SimRanges(SimNode node) {
        this.node = node;
    }

    /** Bytes of a range on their way from the registry. */
    record Part(SimRanges to, Action.FetchRange range, int piece, int life) {}

    void stop(long number) {
        runs.remove(number);
        waiting.remove(number);
    }

    void clear() {
        runs.clear();
        waiting.clear();
    }

    void start(Action.FetchRange a) {
        node.upstreamStarts++;
        int now = node.life;
        runs.put(a.number(), a);
        node.sim.time.after(
                node.sim.upstream.delayNanos,
                () -> {
                    if (!running(a, now)) {
                        return;
                    }
                    SwarmSim.SimUpstream upstream = node.sim.upstream;
                    Optional<String> no = upstream.refuses(node);
                    boolean private0 = upstream.confined || upstream.noRanges;
                    if (no.isPresent() || private0) {
                        end(a, no.orElse("refused"), private0 || upstream.never);
                    } else {
                        piece(a, a.first(), now);
                    }
                });
    }

    private boolean running(Action.FetchRange a, int life) {
        return node.alive && node.life == life && runs.containsKey(a.number());
    }

    private void end(Action.FetchRange a, String why, boolean never) {
        runs.remove(a.number());
        node.event(new Event.RangeFailed(a.digest(), a.number(), why, never));
    }

    private void piece(Action.FetchRange a, int piece, int life) {
        if (piece >= a.first() + a.count() || !running(a, life)) {
            return;
        }
        if (node.sim.upstream.breaks()) {
            end(a, "connection reset", false);
            return;
        }
        int bytes = Pieces.length(a.sizeBytes(), piece);
        Part part = new Part(this, a, piece, life);
        @Nullable Port registry = node.sim.registry;
        if (registry == null) {
            node.sim.time.after(node.sim.upstream.nanosFor(bytes), () -> arrived(part));
        } else {
            registry.send(node.port(), part, SwarmSim.wireBytes(bytes), () -> {});
        }
    }

    void arrived(Part part) {
        Action.FetchRange a = part.range;
        if (!running(a, part.life)) {
            return;
        }
        node.upstreamBytes += Pieces.length(a.sizeBytes(), part.piece);
        waiting.put(a.number(), part);
        node.event(new Event.RangeRead(a.digest(), a.number(), part.piece, hash(part)));
    }

    private byte[] hash(Part part) {
        SimContent content = node.sim.content(part.range.digest());
        boolean genuine = !node.falseClaims && !node.sim.upstream.falsifies;
        PieceMap map = genuine ? content.map() : content.falseMap();
        byte[] hash = new byte[PieceMap.LEAF_BYTES];
        System.arraycopy(map.leaves(), part.piece * hash.length, hash, 0, hash.length);
        return hash;
    }

    /** The machine has decided: a piece that it keeps is on disk a moment later. */
    void decided(Action.KeepRange k) {
        Part part = waiting.remove(k.number());
        if (part == null || part.piece != k.piece()) {
            return;
        }
        Action.FetchRange a = part.range;
        if (!k.keep()) {
            node.sim.time.after(0, () -> piece(a, part.piece + 1, part.life));
            return;
        }
        node.sim.time.after(
                SimNode.MILLI,
                () -> {
                    if (node.alive && node.life == part.life) {
                        boolean genuine = !node.falseClaims && !node.sim.upstream.falsifies;
                        node.write(a.digest(), part.piece, genuine);
                        node.event(
                                new Event.RangeWritten(
                                        a.digest(),
                                        a.number(),
                                        part.piece,
                                        Optional.empty(),
                                        false));
                        piece(a, part.piece + 1, part.life);
                    }
                });
    }
}
