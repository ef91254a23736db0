// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.simnet.Port;

/** What a member does that means ill. */
enum SimLiar {
    /** Sends false pieces, whatever it is asked for. */
    BAD_PIECES(true),
    /** Signs a false map and sends what matches it. */
    FALSE_MAP(true),
    /** Reads from the registry, and signs what it did not read. */
    FALSE_CLAIMS(true),
    /** As that, but its signatures are not good, so that nobody can show it to others. */
    FORGED_CLAIMS(false),
    /** Says that it has all, and never answers. */
    BOASTS(false),
    /** Answers each request, a long while later. */
    DAWDLES(false),
    /** Sends all kinds of messages as fast as it can. */
    FLOODS(false),
    /**
     * Accuses honest members, with true and forged signatures and with proofs that prove nothing.
     */
    SLANDERS(false);

    /** Whether its lies can be shown to others. */
    final boolean provable;

    SimLiar(boolean provable) {
        this.provable = provable;
    }

    void corrupt(SwarmSim sim, SimNode node, SimContent content, SplittableRandom r) {
        switch (this) {
            case BAD_PIECES -> {
                node.corrupts = true;
                sim.give(node, content);
            }
            case FALSE_MAP -> {
                node.falseMaps = true;
                sim.give(node, content);
            }
            case FALSE_CLAIMS -> {
                node.falseClaims = true;
                sim.time.after(0, () -> sim.want(node, content, true));
            }
            case FORGED_CLAIMS -> {
                node.falseClaims = true;
                node.forges = true;
                sim.time.after(0, () -> sim.want(node, content, true));
            }
            case BOASTS -> node.boasts = true;
            case DAWDLES -> {
                node.dawdles = true;
                sim.give(node, content);
            }
            case FLOODS -> every(sim, node, 20 * SimNode.MILLI, () -> flood(node, content, r));
            case SLANDERS ->
                    every(sim, node, 50 * SimNode.MILLI, () -> slander(sim, node, content, r));
        }
    }

    private static void every(SwarmSim sim, SimNode node, long nanos, Runnable what) {
        sim.time.after(
                nanos,
                () -> {
                    what.run();
                    if (sim.time.nanos() < 4 * SwarmSim.SECOND) {
                        every(sim, node, nanos, what);
                    }
                });
    }

    private static void flood(SimNode node, SimContent c, SplittableRandom r) {
        CodecId codec = new CodecId("none", 4, 0, Pieces.MIN_PIECE_BYTES);
        for (Port peer : node.port().peers()) {
            int piece = r.nextInt(c.pieces());
            for (int i = 0; i < 20; i++) {
                send(node, peer, new Message.WhoHas(c.digest(), -1, Optional.empty(), true));
                send(node, peer, new Message.Offer(c.digest(), piece));
                send(node, peer, new Message.Take(c.digest(), List.of(piece)));
                send(node, peer, new Message.GetMap(c.digest()));
            }
            send(node, peer, new Message.Has(c.digest(), Holding.NONE, -1, new BitSet(), true));
            send(node, peer, new Message.GetSymbols(c.digest(), 0, codec, 0, 1, new byte[0]));
        }
    }

    private static void slander(SwarmSim sim, SimNode node, SimContent c, SplittableRandom r) {
        List<SimNode> others = new ArrayList<>(sim.nodes);
        others.remove(node);
        NodeId victim = others.get(r.nextInt(others.size())).id;
        int piece = r.nextInt(c.pieces());
        MapSignature mine = SimContent.signature(node.id);
        PieceMap lie = c.falseMap();
        Optional<Evidence.Witness> witness =
                Optional.of(
                        new Evidence.Witness(
                                c.sizeBytes(),
                                lie.root(),
                                List.of(mine, mine, mine, mine),
                                piece,
                                leaf(lie, piece),
                                org.peeredge.dts.engine.evidence.MerklePath.of(lie, piece)));
        byte[] certificate = SimContent.signature(victim).certificate();
        Evidence evidence =
                switch (r.nextInt(20) == 0 ? 3 : r.nextInt(3)) {
                    case 0 -> SimEvidence.accusation(node.id, piece, new byte[0]);
                    case 1 -> // what the victim may well have signed: it is true
                            new Evidence.FalseMap(
                                    c.sizeBytes(),
                                    c.map().root(),
                                    new MapSignature(certificate, new byte[0]),
                                    witness);
                    case 2 ->
                            new Evidence.FalseClaim(
                                    c.sizeBytes(),
                                    new Claim(
                                            SwarmSim.REF,
                                            List.of(piece),
                                            leaf(c.map(), piece),
                                            certificate,
                                            new byte[0]),
                                    witness);
                    default -> SimEvidence.accusation(victim, piece, SimEvidence.FORGED);
                };
        for (Port peer : node.port().peers()) {
            send(node, peer, new Message.Against(c.digest(), victim, evidence));
        }
    }

    private static byte[] leaf(PieceMap map, int piece) {
        int at = piece * PieceMap.LEAF_BYTES;
        return java.util.Arrays.copyOfRange(map.leaves(), at, at + PieceMap.LEAF_BYTES);
    }

    private static void send(SimNode node, Port to, Message message) {
        if (node.alive && to != node.sim.registry && node.port().isConnected(to)) {
            node.port().send(to, message, 200, () -> {});
        }
    }
}
