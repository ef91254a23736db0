// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Evidence.Witness;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** Whether what was signed is false, by what is known to be true. */
public final class Judge {
    /**
     * So many members that vouch for a map make it true for those who cannot check it: one of them
     * is honest as long as there are three liars at most.
     */
    public static final int WITNESSES = SignedMap.MAX_SIGNATURES;

    private Judge() {}

    /** Whether the true map contradicts what the accused signed. */
    public static boolean contradicts(Evidence evidence, PieceMap truth) {
        return switch (evidence) {
            case Evidence.Accusation _ -> false;
            case Evidence.FalseMap e ->
                    e.sizeBytes() != truth.sizeBytes() || !Arrays.equals(e.root(), truth.root());
            case Evidence.FalseClaim e ->
                    e.sizeBytes() == truth.sizeBytes() && falsePiece(e.claim(), truth) >= 0;
        };
    }

    /** A piece of which the claim gives a hash that is not the map's, or -1. */
    public static int falsePiece(Claim claim, PieceMap truth) {
        for (int i = 0; i < claim.pieces().size(); i++) {
            int piece = claim.pieces().get(i);
            if (piece < truth.pieces() && !truth.matches(piece, claim.hash(i))) {
                return piece;
            }
        }
        return -1;
    }

    /** Whether the witness alone proves it, to one who knows nothing of the blob. */
    public static boolean proves(Message.Against m, Finding finding, Set<NodeId> convicted) {
        Set<NodeId> witnesses = new TreeSet<>(finding.witnesses());
        witnesses.remove(m.accused());
        witnesses.removeAll(convicted);
        boolean vouched = finding.origin() || witnesses.size() >= WITNESSES;
        return vouched
                && switch (m.evidence()) {
                    case Evidence.Accusation _ -> false;
                    case Evidence.FalseMap e ->
                            e.witness()
                                    .filter(w ->
                                            e.sizeBytes() != w.sizeBytes()
                                                    || !Arrays.equals(e.root(), w.root()))
                                    .isPresent();
                    case Evidence.FalseClaim e ->
                            e.witness().filter(w -> contradicts(e, w)).isPresent();
                };
    }

    private static boolean contradicts(Evidence.FalseClaim e, Witness w) {
        int at = e.claim().pieces().indexOf(w.piece());
        return at >= 0
                && e.sizeBytes() == w.sizeBytes()
                && !Arrays.equals(e.claim().hash(at), w.hash())
                && MerklePath.root(w.hash(), w.piece(), Pieces.count(w.sizeBytes()), w.path())
                        .filter(root -> Arrays.equals(root, w.root()))
                        .isPresent();
    }

    /** What is shown to those without the blob: a piece of the true map, and who vouches for it. */
    public static Optional<Witness> witness(SignedMap truth, int piece) {
        PieceMap map = truth.map();
        if (truth.signatures().isEmpty() || piece >= map.pieces()) {
            return Optional.empty();
        }
        int at = piece * PieceMap.LEAF_BYTES;
        byte[] hash = Arrays.copyOfRange(map.leaves(), at, at + PieceMap.LEAF_BYTES);
        return Optional.of(
                new Witness(
                        map.sizeBytes(),
                        map.root(),
                        List.copyOf(truth.signatures()),
                        piece,
                        hash,
                        MerklePath.of(map, piece)));
    }
}
