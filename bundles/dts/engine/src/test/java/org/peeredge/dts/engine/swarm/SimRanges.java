// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kit.simnet.Port;

/** A node's reading of ranges from the simulated upstream: over its link where it has one. */
final class SimRanges {
    private final SimNode node;

    /** What is read, by first piece; a range goes on while its number is the last. */
    private final Map<String, Integer> runs = new LinkedHashMap<>();

    private int numbers;

    SimRanges(SimNode node) {
        this.node = node;
    }

    /** Bytes of a range on their way from the registry. */
    record Part(SimRanges to, Digest digest, int first, int piece, int last, int run, int life) {}

    void stop(Digest digest, int first) {
        runs.remove(digest.hex() + first);
    }

    void clear() {
        runs.clear();
    }

    void start(Action.FetchRange a) {
        node.upstreamStarts++;
        int run = ++numbers;
        int now = node.life;
        runs.put(a.digest().hex() + a.first(), run);
        node.sim.time.after(
                node.sim.upstream.delayNanos,
                () -> {
                    if (!running(a.digest(), a.first(), run, now)) {
                        return;
                    }
                    SwarmSim.SimUpstream upstream = node.sim.upstream;
                    Optional<String> no = upstream.refuses(node);
                    boolean private0 = upstream.confined || upstream.noRanges;
                    if (no.isPresent() || private0) {
                        boolean never = private0 || upstream.never;
                        end(a.digest(), a.first(), no.orElse("refused"), never);
                    } else {
                        piece(a.digest(), a.first(), a.first(), a.first() + a.count(), run, now);
                    }
                });
    }

    private boolean running(Digest digest, int first, int run, int life) {
        return node.alive && node.life == life && runs.getOrDefault(digest.hex() + first, 0) == run;
    }

    private void end(Digest digest, int first, String why, boolean never) {
        runs.remove(digest.hex() + first);
        node.event(new Event.RangeFailed(digest, first, why, never));
    }

    private void piece(Digest digest, int first, int piece, int last, int run, int life) {
        if (piece >= last || !running(digest, first, run, life)) {
            return;
        }
        if (node.sim.upstream.breaks()) {
            end(digest, first, "connection reset", false);
            return;
        }
        int bytes = Pieces.length(node.sim.content(digest).sizeBytes(), piece);
        Part part = new Part(this, digest, first, piece, last, run, life);
        @Nullable Port registry = node.sim.registry;
        if (registry == null) {
            node.sim.time.after(node.sim.upstream.nanosFor(bytes), () -> arrived(part));
        } else {
            registry.send(node.port(), part, SwarmSim.wireBytes(bytes), () -> {});
        }
    }

    void arrived(Part part) {
        if (!running(part.digest, part.first, part.run, part.life)) {
            return;
        }
        SimContent content = node.sim.content(part.digest);
        int bytes = Pieces.length(content.sizeBytes(), part.piece);
        node.upstreamBytes += bytes;
        boolean genuine = !node.falseClaims;
        node.write(part.digest, part.piece, genuine);
        PieceMap map = genuine ? content.map() : content.falseMap();
        byte[] hash = new byte[PieceMap.LEAF_BYTES];
        System.arraycopy(map.leaves(), part.piece * hash.length, hash, 0, hash.length);
        node.event(new Event.RangePiece(part.digest, part.piece, hash));
        piece(part.digest, part.first, part.piece + 1, part.last, part.run, part.life);
    }
}
