// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.ReceiptVerifier;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** A third party that has the authority's key and nothing else. */
class ReceiptVerifierTest {
    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final TestIdentity giver = mesh.member();
    private final TestIdentity taker = mesh.member();
    private final PublicKey authority = giver.chain().getLast().getPublicKey();

    @AfterEach
    void end() {
        kernel.close();
    }

    private Delivery delivery(long epoch, long number, byte[] previous, long bytes, long added) {
        return new Delivery(
                giver.self().node(),
                taker.self().node(),
                epoch,
                number,
                previous,
                bytes,
                number,
                added,
                1,
                List.of(new Delivery.BlobBytes(new Digest("sha256", "ab".repeat(32)), added)),
                kernel.clock().now().toEpochMilli());
    }

    private Receipt signed(Delivery d) {
        return signed(d, taker, giver);
    }

    private static Receipt signed(Delivery d, TestIdentity taker, TestIdentity giver) {
        return new ReceiptSigner(giver).countersign(new ReceiptSigner(taker).sign(d));
    }

    private List<Receipt> chain(long epoch, int length) {
        List<Receipt> chain = new ArrayList<>();
        byte[] previous = new byte[32];
        for (int i = 1; i <= length; i++) {
            chain.add(signed(delivery(epoch, i, previous, 100L * i, 100)));
            previous = chain.getLast().delivery().hash();
        }
        return chain;
    }

    private void bad(String problem, List<Receipt> receipts) {
        String found = ReceiptVerifier.check(receipts, authority).orElse("nothing");
        assertTrue(found.contains(problem), found);
    }

    @Test
    void whatBothSignedIsGoodWithAndWithoutGaps() {
        List<Receipt> all = chain(5, 4);
        all.addAll(chain(9, 2));
        assertEquals(Optional.empty(), ReceiptVerifier.check(all, authority));
        all.remove(2);
        all.remove(0);
        assertEquals(Optional.empty(), ReceiptVerifier.check(all, authority));
    }

    @Test
    void changesShow() {
        Receipt r = chain(5, 1).getFirst();
        Delivery more = delivery(5, 1, new byte[32], 101, 101);
        bad(
                "is not signed by node " + taker.self().node(),
                List.of(
                        new Receipt(
                                more,
                                r.takerCertificate(),
                                r.takerSignature(),
                                r.giverCertificate(),
                                r.giverSignature())));
        bad(
                "it is not signed by node " + giver.self().node(),
                List.of(
                        new Receipt(
                                r.delivery(),
                                r.takerCertificate(),
                                r.takerSignature(),
                                r.giverCertificate(),
                                giver.sign(r.delivery().statement()))));
        bad("is not of node", List.of(signed(r.delivery(), taker, taker)));
        TestIdentity stranger = new TestMesh(kernel.clock()).member();
        bad("is not good", List.of(signed(r.delivery(), taker, stranger)));
        bad(
                "is not good",
                List.of(
                        new Receipt(
                                r.delivery(),
                                new byte[10],
                                r.takerSignature(),
                                r.giverCertificate(),
                                r.giverSignature())));
    }

    @Test
    void chainsThatDoNotFitShow() {
        List<Receipt> chain = chain(5, 3);
        bad("follow", List.of(chain.get(1), chain.get(0)));
        bad("follow", List.of(chain.get(1), chain.get(1)));
        byte[] hash = chain.getFirst().delivery().hash();
        bad("follow", List.of(chain.getFirst(), signed(delivery(5, 2, new byte[32], 200, 100))));
        bad("follow", List.of(chain.getFirst(), signed(delivery(5, 2, hash, 201, 100))));
        bad("follow", List.of(chain.getLast(), signed(delivery(5, 9, hash, 350, 100))));
        bad("before it", List.of(signed(delivery(5, 1, hash, 100, 100))));
    }

    @Test
    void certificatesMustHoldAtTheTime() {
        TestIdentity expired = mesh.expired();
        Delivery d =
                new Delivery(
                        giver.self().node(),
                        expired.self().node(),
                        5,
                        1,
                        new byte[32],
                        1,
                        1,
                        1,
                        1,
                        List.of(),
                        kernel.clock().now().plusSeconds(86_400).toEpochMilli());
        bad("did not hold", List.of(signed(d, expired, giver)));
    }

    @Test
    void forksAreProven() {
        Receipt kept = chain(5, 1).getFirst();
        Message.Receipt other = new ReceiptSigner(taker).sign(delivery(5, 1, new byte[32], 50, 50));
        Fork fork = new Fork(kept, other.delivery(), other.certificate(), other.signature());
        assertEquals(Optional.empty(), ReceiptVerifier.check(fork, authority));
        Fork same = new Fork(kept, kept.delivery(), kept.takerCertificate(), kept.takerSignature());
        assertTrue(ReceiptVerifier.check(same, authority).isPresent());
        Fork forged =
                new Fork(
                        kept,
                        other.delivery(),
                        other.certificate(),
                        giver.sign(other.delivery().statement()));
        assertTrue(ReceiptVerifier.check(forged, authority).isPresent());
    }
}
