// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.evidence.Finding;
import org.peeredge.dts.engine.evidence.Finding.Standing;
import org.peeredge.dts.engine.evidence.Judge;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Real keys: what counts as signed, and by whom. */
class EvidenceSignerTest {
    private static final Digest DIGEST = new Digest("sha256", "ab".repeat(32));

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final TestIdentity accuser = mesh.member();
    private final TestIdentity liar = mesh.member();
    private final TestIdentity origin = mesh.member(Role.ORIGIN);
    private final EvidenceSigner here = new EvidenceSigner(mesh.member(), kernel.clock());

    @AfterEach
    void close() {
        kernel.close();
    }

    private static NodeId id(TestIdentity identity) {
        return identity.self().node();
    }

    private Finding finding(Message.Against m) {
        Event e = here.check(new Action.CheckEvidence(id(accuser), m));
        return ((Event.EvidenceChecked) e).finding();
    }

    private static PieceMap map(int fill) {
        byte[] leaves = new byte[96];
        java.util.Arrays.fill(leaves, (byte) fill);
        return new PieceMap(DIGEST, 180_000, leaves);
    }

    private static MapSignature sign(TestIdentity by, byte[] statement) throws Exception {
        return new MapSignature(by.chain().getFirst().getEncoded(), by.sign(statement));
    }

    private Message.Against accusation() {
        Event e =
                new EvidenceSigner(accuser, kernel.clock())
                        .sign(new Action.SignAccusation(id(liar), DIGEST, 2));
        return ((Event.AccusationSigned) e).evidence();
    }

    private static Claim claim(TestIdentity names, TestIdentity signs) throws Exception {
        UpstreamRef registry = new UpstreamRef("registry.test", "library/x");
        List<Integer> pieces = List.of(1);
        byte[] statement = Claim.statement(DIGEST, 180_000, registry, pieces, new byte[32]);
        byte[] certificate = names.chain().getFirst().getEncoded();
        return new Claim(registry, pieces, new byte[32], certificate, signs.sign(statement));
    }

    private Event.ClaimsChecked checked(Claim claim) {
        Message.Claims claims = new Message.Claims(DIGEST, 180_000, List.of(claim));
        Event e = new ClaimSigner(accuser).check(new Action.CheckClaims(id(liar), claims));
        return (Event.ClaimsChecked) e;
    }

    /** Who passes on another's may not have looked. */
    @Test
    void onlyOnesOwnClaimCanBeForged() throws Exception {
        Event.ClaimsChecked good = checked(claim(liar, liar));
        assertEquals(id(liar), good.claims().getFirst().by());
        assertTrue(good.claims().getFirst().checked() && !good.forged());
        Event.ClaimsChecked own = checked(claim(liar, origin));
        assertTrue(own.claims().isEmpty() && own.forged());
        Event.ClaimsChecked anothers = checked(claim(origin, liar));
        assertTrue(anothers.claims().isEmpty() && !anothers.forged());
    }

    @Test
    void anAccusationIsItsSigners() {
        Message.Against m = accusation();
        assertEquals(Standing.GOOD, finding(m).standing());
        assertEquals(id(accuser), finding(m).by());
        Message.Against ofAnother = new Message.Against(DIGEST, id(origin), m.evidence());
        assertEquals(Standing.FALSE, finding(ofAnother).standing());
    }

    @Test
    void anOldAccusationOrOneOfTheFutureSaysNothing() {
        Evidence.Accusation now = (Evidence.Accusation) accusation().evidence();
        for (long off : new long[] {-700, 700}) {
            long then = now.epochSecond() + off;
            byte[] statement = Evidence.Accusation.statement(DIGEST, id(liar), 2, then);
            Evidence old =
                    new Evidence.Accusation(2, then, now.certificate(), accuser.sign(statement));
            Message.Against m = new Message.Against(DIGEST, id(liar), old);
            assertEquals(Standing.UNKNOWN, finding(m).standing());
        }
    }

    @Test
    void strangersAndTheRevokedSayNothing() {
        Message.Against m = accusation();
        mesh.revoke(id(accuser));
        assertEquals(Standing.UNKNOWN, finding(m).standing());
    }

    @Test
    void aFalseMapIsTheAccusedsAndTheWitnessesAreCounted() throws Exception {
        PieceMap lie = map(1);
        PieceMap truth = map(2);
        SignedMap signed =
                new SignedMap(
                        truth,
                        List.of(
                                sign(origin, truth.statement()),
                                sign(accuser, truth.statement()),
                                sign(liar, lie.statement())));
        Evidence e =
                new Evidence.FalseMap(
                        lie.sizeBytes(),
                        lie.root(),
                        sign(liar, lie.statement()),
                        Judge.witness(signed, 0));
        Finding f = finding(new Message.Against(DIGEST, id(liar), e));
        assertEquals(Standing.GOOD, f.standing());
        assertEquals(Set.of(id(origin), id(accuser)), f.witnesses());
        assertTrue(f.origin());
        assertTrue(Judge.proves(new Message.Against(DIGEST, id(liar), e), f, Set.of()));
        Finding other = finding(new Message.Against(DIGEST, id(accuser), e));
        assertEquals(Standing.FALSE, other.standing(), "signed by another than it names");
    }

    @Test
    void aFalseClaimIsProvenByAPathToItsPiece() throws Exception {
        PieceMap truth = map(2);
        UpstreamRef ref = new UpstreamRef("registry.example", "app");
        byte[] hashes = new byte[64];
        List<Integer> pieces = List.of(0, 2);
        byte[] statement = Claim.statement(DIGEST, 180_000, ref, pieces, hashes);
        MapSignature signature = sign(liar, statement);
        Claim claim =
                new Claim(ref, pieces, hashes, signature.certificate(), signature.signature());
        SignedMap signed = new SignedMap(truth, List.of(sign(origin, truth.statement())));
        for (int piece = 0; piece < 3; piece++) {
            Evidence e = new Evidence.FalseClaim(180_000, claim, Judge.witness(signed, piece));
            Message.Against m = new Message.Against(DIGEST, id(liar), e);
            Finding f = finding(m);
            assertEquals(Standing.GOOD, f.standing());
            assertEquals(piece != 1, Judge.proves(m, f, Set.of()), "piece " + piece);
        }
        Evidence bent = new Evidence.FalseClaim(700_001, claim, Optional.empty());
        Message.Against m = new Message.Against(DIGEST, id(liar), bent);
        assertEquals(Standing.FALSE, finding(m).standing());
    }
}
