// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.evidence.Finding.Standing;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What is believed, what is passed on, and what it costs who says too much. */
class CourtTest {
    private static final long SECOND = 1_000_000_000;
    private static final Digest DIGEST = new Digest("sha256", "ab".repeat(32));
    private static final PieceMap TRUTH = map(1);
    private static final NodeId SELF = node(0);
    private static final NodeId LIAR = node(1);
    private static final NodeId FRIEND = node(2);
    private static final NodeId OTHER = node(3);

    private final Mesh mesh = new Mesh();
    private final Court court = new Court(SELF, mesh);

    private static NodeId node(int i) {
        return new NodeId(String.format(java.util.Locale.ROOT, "%040x", i + 1));
    }

    private static PieceMap map(int fill) {
        byte[] leaves = new byte[3 * PieceMap.LEAF_BYTES];
        java.util.Arrays.fill(leaves, (byte) fill);
        return new PieceMap(DIGEST, 3L * Pieces.MIN_PIECE_BYTES, leaves);
    }

    private static Message.Against mapBy(NodeId signer, PieceMap map) {
        return new Message.Against(
                DIGEST,
                signer,
                new Evidence.FalseMap(
                        map.sizeBytes(),
                        map.root(),
                        new MapSignature(new byte[1], new byte[0]),
                        Optional.of(
                                new Evidence.Witness(
                                        TRUTH.sizeBytes(),
                                        TRUTH.root(),
                                        List.of(),
                                        0,
                                        new byte[32],
                                        new byte[0]))));
    }

    private static Message.Against accusation(NodeId accused, int piece) {
        return new Message.Against(
                DIGEST, accused, new Evidence.Accusation(piece, 0, new byte[] {1}, new byte[0]));
    }

    private static Finding good(NodeId by, NodeId... witnesses) {
        return new Finding(Standing.GOOD, by, Set.of(witnesses), false);
    }

    @Test
    void whatTheDigestRefutesConvictsAndIsPassedOnOnce() {
        mesh.truth = Optional.of(TRUTH);
        Message.Against m = mapBy(LIAR, map(2));
        court.received(FRIEND, m, 0);
        court.checked(FRIEND, m, good(LIAR), 0);
        court.received(OTHER, m, 1);
        assertEquals(List.of(LIAR), mesh.convicted);
        assertEquals(List.of(OTHER), mesh.told, "not to the liar, not back to whoever said so");
        assertEquals(1, mesh.checks, "known already");
    }

    /** Banned here by what it said itself; shown to others once its signature was looked at. */
    @Test
    void whatTheLiarToldItselfIsPassedOnOnlyIfItSignedIt() {
        Message.Against m = mapBy(LIAR, map(2));
        court.heard(m, 0);
        assertEquals(List.of(LIAR), mesh.convicted);
        assertEquals(List.of(), mesh.told);
        assertEquals(1, mesh.checks);
        court.checked(SELF, m, new Finding(Standing.FALSE, LIAR, Set.of(), false), 1);
        assertEquals(List.of(), mesh.told);
        assertEquals(List.of(LIAR), mesh.convicted, "nobody else, nor twice");
        court.checked(SELF, m, good(LIAR), 2);
        assertEquals(List.of(FRIEND, OTHER), mesh.told);
        court.up(node(7), 3);
        assertEquals(List.of(FRIEND, OTHER, node(7)), mesh.told, "who comes later hears");
    }

    @Test
    void aTrueMapConvictsNobody() {
        mesh.truth = Optional.of(TRUTH);
        Message.Against m = mapBy(LIAR, TRUTH);
        court.checked(FRIEND, m, good(LIAR), 0);
        assertEquals(List.of(), mesh.convicted);
        assertEquals(List.of(), mesh.told);
    }

    @Test
    void whoDoesNotHaveTheBlobBelievesFourWitnessesOrAnOrigin() {
        Message.Against m = mapBy(LIAR, map(2));
        NodeId[] three = {node(4), node(5), node(6)};
        court.checked(FRIEND, m, good(LIAR, three), 0);
        court.checked(FRIEND, m, good(LIAR, node(4), node(5), node(6), LIAR), 0);
        assertEquals(List.of(), mesh.convicted, "the accused is no witness");
        court.checked(FRIEND, m, good(LIAR, node(4), node(5), node(6), node(7)), 0);
        assertEquals(List.of(LIAR), mesh.convicted);
        Message.Against n = mapBy(OTHER, map(2));
        court.checked(FRIEND, n, new Finding(Standing.GOOD, OTHER, Set.of(node(4)), true), 0);
        assertEquals(List.of(LIAR, OTHER), mesh.convicted);
    }

    @Test
    void whatCannotBeToldYetWaitsForTheDigest() {
        mesh.awaits = true;
        Message.Against m = mapBy(LIAR, map(2));
        court.checked(OTHER, mapBy(LIAR, TRUTH), good(LIAR), 0); // keeps no good one out
        court.checked(FRIEND, m, good(LIAR), 0);
        assertEquals(List.of(), mesh.convicted);
        mesh.truth = Optional.of(TRUTH);
        court.truth(TRUTH, SECOND);
        assertEquals(List.of(LIAR), mesh.convicted);
    }

    @Test
    void whoPassesOnAForgeryIsBanned() {
        court.checked(
                FRIEND, mapBy(LIAR, map(2)), new Finding(Standing.FALSE, LIAR, Set.of(), true), 0);
        assertEquals(List.of(FRIEND), mesh.convicted);
    }

    @Test
    void anAccusationLeadsToAQuestionAndAFalseAnswerToABan() {
        court.checked(FRIEND, accusation(LIAR, 2), good(FRIEND), 0);
        assertEquals(List.of(), mesh.convicted);
        assertEquals(List.of(LIAR), mesh.probed);
        assertTrue(mesh.suspects.contains(LIAR));
        court.probed(LIAR, DIGEST, 2, Optional.of(false), SECOND);
        assertEquals(List.of(LIAR), mesh.convicted);
    }

    @Test
    void aTrueAnswerClearsAndWhoAccusesInVainIsNotHeard() {
        mesh.members.addAll(List.of(node(4), node(5), node(6), node(7), node(8)));
        for (int i = 4; i < 8; i++) {
            court.checked(OTHER, accusation(node(i), 0), good(OTHER), i * SECOND);
            court.probed(node(i), DIGEST, 0, Optional.of(true), i * SECOND);
        }
        assertEquals(4, mesh.probed.size());
        assertEquals(Set.of(), mesh.suspects);
        court.checked(OTHER, accusation(node(8), 0), good(OTHER), 8 * SECOND);
        assertEquals(4, mesh.probed.size(), "has accused in vain too often");
        court.checked(FRIEND, accusation(node(8), 0), good(FRIEND), 8 * SECOND);
        assertEquals(5, mesh.probed.size());
    }

    @Test
    void onlyTwoAccusationsOfAMemberArePassedOn() {
        mesh.members.addAll(List.of(node(4), node(5), node(6)));
        for (int i = 4; i < 7; i++) {
            court.checked(node(i), accusation(LIAR, 0), good(node(i)), 0);
        }
        long about = mesh.told.stream().filter(FRIEND::equals).count();
        assertEquals(2, about);
    }

    @Test
    void evidenceAboutNobodyFillsNoMemory() {
        for (int i = 0; i < 10_000; i++) {
            court.received(OTHER, accusation(node(100 + i), 0), 0);
            court.checked(OTHER, accusation(node(100 + i), 0), good(OTHER), 0);
        }
        assertTrue(mesh.checks <= 64, "checked " + mesh.checks);
        assertTrue(mesh.probed.size() <= 8, "probed " + mesh.probed.size());
        assertTrue(mesh.told.size() <= 2 * 8 * mesh.members.size(), "told " + mesh.told.size());
    }

    @Test
    void itselfIsNotJudged() {
        court.received(OTHER, mapBy(SELF, map(2)), 0);
        court.received(LIAR, accusation(SELF, 0), 0);
        assertEquals(0, mesh.checks);
    }

    @Test
    void whoComesLaterHears() {
        court.found(mapBy(LIAR, map(2)), "signed a false piece map", 0);
        assertEquals(List.of(FRIEND, OTHER), mesh.told);
        court.up(node(9), SECOND);
        assertTrue(mesh.told.contains(node(9)));
        assertTrue(court.convicted(LIAR));
        assertFalse(court.convicted(FRIEND));
    }

    private static final class Mesh implements Court.Bench {
        final List<NodeId> members = new ArrayList<>(List.of(LIAR, FRIEND, OTHER));
        final List<NodeId> told = new ArrayList<>();
        final List<NodeId> convicted = new ArrayList<>();
        final List<NodeId> probed = new ArrayList<>();
        final Set<NodeId> suspects = new LinkedHashSet<>();
        Optional<PieceMap> truth = Optional.empty();
        boolean awaits;
        int checks;

        @Override
        public Collection<NodeId> members() {
            return members;
        }

        @Override
        public void send(NodeId to, Message.Against evidence) {
            told.add(to);
        }

        @Override
        public void check(NodeId from, Message.Against evidence) {
            checks++;
        }

        @Override
        public void sign(NodeId accused, Digest digest, int piece) {}

        @Override
        public Optional<PieceMap> truth(Digest digest) {
            return truth;
        }

        @Override
        public boolean awaits(Digest digest) {
            return awaits;
        }

        @Override
        public void convict(NodeId liar, String reason, long banMillis, NodeId by) {
            convicted.add(liar);
        }

        @Override
        public boolean probe(NodeId accused, Digest digest, int piece) {
            probed.add(accused);
            return true;
        }

        @Override
        public void suspect(NodeId node, boolean yes) {
            if (yes) {
                suspects.add(node);
            } else {
                suspects.remove(node);
            }
        }
    }
}
