// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.TestRecords;

/** The rules, one by one. */
class LedgersTest {
    private static final long MIB = 1 << 20;
    private static final ReceiptLimits LIMITS =
            new ReceiptLimits(
                    true, 4 * MIB, Duration.ofSeconds(5), ReceiptLimits.MIN_UNSIGNED_BYTES, 50);

    private final ReceiptSim sim = new ReceiptSim(1, LIMITS);
    private final ReceiptSim.Node giver = sim.node();
    private final ReceiptSim.Node taker = sim.node();

    private void connected() {
        ReceiptSim.connect(giver, taker);
        sim.run(ReceiptSim.SECOND);
    }

    private void deliver(long bytes) {
        sim.deliver(giver, taker, bytes);
        sim.run(200 * ReceiptSim.MILLI);
    }

    private Delivery last(ReceiptSim.Node end) {
        return end.book.last().getFirst().delivery();
    }

    /** An entry in the taker's name; nothing of it is true but the names. */
    private Message.Receipt entry(long epoch, long number, byte[] previous, long bytes) {
        Delivery d =
                new Delivery(
                        giver.id,
                        taker.id,
                        epoch,
                        number,
                        previous,
                        number * bytes,
                        number,
                        bytes,
                        1,
                        List.of(),
                        epoch);
        return new Message.Receipt(d, new byte[1], ReceiptSim.signature(taker.id, d.statement()));
    }

    private boolean owes() {
        return giver.owing.getOrDefault(taker.id, false);
    }

    /** What the giver answers. */
    private List<Verdict> answers(Message.Receipt receipt) {
        giver.answers.clear();
        giver.come(taker.id, receipt);
        sim.run(2 * ReceiptSim.SECOND);
        return List.copyOf(giver.answers);
    }

    @Test
    void anEntryIsDueByBytesOrWhenItIsQuiet() {
        connected();
        deliver(4 * MIB - 1);
        sim.run(3 * ReceiptSim.SECOND);
        assertEquals(List.of(), taker.book.last());
        deliver(1);
        assertEquals(4 * MIB, last(taker).bytes());
        deliver(5);
        sim.run(4 * ReceiptSim.SECOND);
        assertEquals(4 * MIB, last(taker).bytes());
        sim.run(2 * ReceiptSim.SECOND);
        assertEquals(4 * MIB + 5, last(taker).bytes());
        assertEquals(2, last(taker).number());
        assertArrayEquals(last(taker).hash(), last(giver).hash());
        assertEquals(2, giver.signatures);
        assertEquals(2, taker.signatures);
    }

    @Test
    void onAFastPathEntriesComeOnceASecondOrWhenTheyAreLarge() {
        connected();
        deliver(5 * MIB);
        deliver(5 * MIB);
        assertEquals(5 * MIB, last(taker).bytes(), "less than a second after the first");
        sim.run(2 * ReceiptSim.SECOND);
        assertEquals(10 * MIB, last(taker).bytes());
        deliver(ReceiptLimits.MAX_ENTRY_BYTES);
        assertEquals(10 * MIB + ReceiptLimits.MAX_ENTRY_BYTES, last(taker).bytes());
    }

    @Test
    void oneEntryIsOpenAtATimeHoweverFastBytesCome() {
        connected();
        for (int i = 0; i < 400; i++) {
            sim.deliver(giver, taker, MIB / 4);
            sim.run(ReceiptSim.MILLI);
        }
        sim.run(20 * ReceiptSim.SECOND);
        assertEquals(100 * MIB, last(taker).bytes());
        assertEquals(400, last(taker).pieces());
        assertTrue(taker.signatures <= 25, "at most one for 4 MiB: " + taker.signatures);
        assertEquals(taker.signatures, giver.signatures);
    }

    @Test
    void membersThatDoNotSpeakOfReceiptsAreLeftAlone() {
        sim.run(ReceiptSim.SECOND);
        giver.handle(new LedgerEvent.Sent(taker.id, 500 * MIB));
        taker.handle(new LedgerEvent.Stored(giver.id, ReceiptSim.BLOB, 500 * MIB, 1));
        sim.run(20 * ReceiptSim.SECOND);
        assertEquals(0, taker.signatures);
        assertEquals(new TreeMap<>(), new TreeMap<>(giver.owing));
        assertFalse(taker.ledgers.busy());
    }

    @Test
    void moreBlobsThanAnEntryNamesCountAllTheSame() {
        connected();
        for (int i = 0; i < 100; i++) {
            Digest blob = new Digest("sha256", String.format(Locale.ROOT, "%064x", i));
            giver.handle(new LedgerEvent.Sent(taker.id, 1_000));
            taker.handle(new LedgerEvent.Stored(giver.id, blob, 1_000, 1));
        }
        sim.run(10 * ReceiptSim.SECOND);
        assertEquals(1, taker.signatures);
        assertEquals(100_000, last(giver).addedBytes());
        assertEquals(64, last(giver).blobs().size());
    }

    @Test
    void theGiverSignsForNoMoreThanItHasSent() {
        connected();
        sim.run(Ledgers.GRACE.toNanos());
        giver.handle(new LedgerEvent.Sent(taker.id, MIB));
        assertEquals(List.of(Verdict.EXCEEDS), answers(entry(7, 1, new byte[32], MIB + 1)));
        assertEquals(List.of(), giver.book.last());
        assertEquals(List.of(Verdict.SIGNED), answers(entry(7, 1, new byte[32], MIB)));
        assertEquals(MIB, last(giver).bytes());
        assertEquals(List.of(Verdict.EXCEEDS), answers(entry(7, 2, last(giver).hash(), MIB)));
    }

    @Test
    void whatAnEarlierRunSentIsBelievedForAWhile() {
        connected();
        deliver(3 * MIB);
        giver.crash();
        sim.run(ReceiptSim.SECOND);
        connected();
        sim.run(10 * ReceiptSim.SECOND);
        assertEquals(3 * MIB, last(giver).bytes());
        giver.handle(new LedgerEvent.Sent(taker.id, MIB));
        assertEquals(
                List.of(Verdict.EXCEEDS),
                answers(
                        entry(
                                last(giver).epoch() + 1,
                                1,
                                new byte[32],
                                ReceiptLimits.MIN_UNSIGNED_BYTES)));
    }

    @Test
    void anEntryThatCameBeforeTheRecordsIsAnswered() {
        connected();
        deliver(5 * MIB);
        deliver(MIB);
        giver.crash();
        ReceiptSim.connect(giver, taker);
        giver.come(taker.id, taker.seen.getLast());
        sim.run(ReceiptSim.SECOND);
        assertEquals(List.of(Verdict.SIGNED, Verdict.SIGNED), giver.answers);
        assertEquals(5 * MIB, giver.total(giver.id, taker.id));
    }

    @Test
    void whatDoesNotFollowIsRefused() {
        connected();
        giver.handle(new LedgerEvent.Sent(taker.id, 50 * MIB));
        assertEquals(List.of(Verdict.UNKNOWN), answers(entry(7, 2, new byte[32], MIB)), "no first");
        answers(entry(7, 1, new byte[32], MIB));
        byte[] hash = last(giver).hash();
        assertEquals(List.of(Verdict.UNKNOWN), answers(entry(7, 3, hash, MIB)), "a gap");
        assertEquals(List.of(Verdict.UNKNOWN), answers(entry(7, 2, new byte[32], MIB)), "previous");
        assertEquals(List.of(Verdict.UNKNOWN), answers(entry(6, 1, new byte[32], MIB)), "old");
        assertEquals(1, last(giver).number());
        assertEquals(List.of(Verdict.SIGNED), answers(entry(7, 2, hash, MIB)));
        assertEquals(2, last(giver).number());
    }

    @Test
    void theSameEntryGetsTheSameAnswer() {
        connected();
        deliver(5 * MIB);
        deliver(MIB);
        assertEquals(MIB, giver.ledgers.unsignedBytes());
        assertEquals(List.of(Verdict.SIGNED), answers(taker.seen.getFirst()));
        assertEquals(MIB, giver.ledgers.unsignedBytes(), "it pays once");
        assertEquals(5 * MIB, giver.total(giver.id, taker.id));
    }

    @Test
    void aSecondEntryOfANumberIsKeptAsEvidence() {
        connected();
        deliver(5 * MIB);
        deliver(5 * MIB);
        sim.run(2 * ReceiptSim.SECOND);
        Message.Receipt other = entry(last(giver).epoch(), 1, new byte[32], MIB);
        assertEquals(List.of(Verdict.FORKED), answers(other));
        Fork fork = giver.book.forks().getFirst();
        assertArrayEquals(other.delivery().hash(), fork.other().hash());
        assertEquals(1, fork.kept().delivery().number());
        assertFalse(Arrays.equals(fork.kept().delivery().hash(), fork.other().hash()));
        Message.Receipt forged =
                new Message.Receipt(
                        entry(last(giver).epoch(), 1, new byte[32], 2 * MIB).delivery(),
                        new byte[1],
                        new byte[9]);
        answers(forged);
        assertEquals(1, giver.book.forks().size(), "nobody is blamed for what he has not signed");
    }

    @Test
    void aDiskThatWasSetBackBeginsANewChain() {
        connected();
        deliver(5 * MIB);
        TestRecords backup = new TestRecords();
        backup.map().putAll(taker.disk.map());
        deliver(6 * MIB);
        sim.run(10 * ReceiptSim.SECOND);
        taker.disk = backup;
        taker.crash();
        connected();
        deliver(7 * MIB);
        sim.run(30 * ReceiptSim.SECOND);
        assertEquals(1, giver.book.forks().size());
        deliver(8 * MIB);
        sim.run(30 * ReceiptSim.SECOND);
        assertEquals(1, last(giver).number());
        assertEquals(8 * MIB, last(giver).bytes());
        // 7 MiB were in the entry that was refused: it stands, if only as evidence.
        assertEquals(19 * MIB, giver.total(giver.id, taker.id));
    }

    @Test
    void whatWasRefusedIsNotSaidAgain() {
        connected();
        deliver(5 * MIB);
        giver.disk = new TestRecords();
        giver.crash();
        connected();
        deliver(6 * MIB);
        sim.run(20 * ReceiptSim.SECOND);
        deliver(7 * MIB);
        sim.run(20 * ReceiptSim.SECOND);
        assertEquals(7 * MIB, giver.total(giver.id, taker.id));
        assertEquals(12 * MIB, taker.total(giver.id, taker.id));
        assertEquals(List.of(), giver.book.forks());
    }

    @Test
    void whoSendsABadSignatureIsIgnoredForAWhile() {
        connected();
        giver.handle(new LedgerEvent.Sent(taker.id, 50 * MIB));
        Message.Receipt good = entry(7, 1, new byte[32], MIB);
        Message.Receipt bad =
                new Message.Receipt(good.delivery(), good.certificate(), new byte[] {3});
        giver.come(taker.id, bad);
        sim.run(ReceiptSim.SECOND);
        assertEquals(1, giver.broken);
        giver.come(taker.id, good);
        sim.run(ReceiptSim.SECOND);
        assertEquals(List.of(), giver.book.last());
        sim.run(10 * ReceiptSim.SECOND);
        giver.come(taker.id, good);
        sim.run(ReceiptSim.SECOND);
        assertEquals(MIB, last(giver).bytes());
    }

    @Test
    void whoSignsForTooLittleOwes() {
        long least = ReceiptLimits.MIN_UNSIGNED_BYTES;
        connected();
        giver.handle(new LedgerEvent.Sent(taker.id, least));
        assertFalse(owes());
        giver.handle(new LedgerEvent.Sent(taker.id, 1));
        assertTrue(owes());
        assertEquals(least + 1, giver.ledgers.unsignedBytes());
        ReceiptSim.cut(giver, taker);
        giver.owing.clear();
        ReceiptSim.connect(giver, taker);
        assertTrue(owes(), "also after a new channel");
        answers(entry(7, 1, new byte[32], MIB));
        assertFalse(owes());
        assertEquals(least - 2 * MIB + 1, giver.ledgers.unsignedBytes(), "a byte pays for two");
        giver.handle(new LedgerEvent.Unsent(taker.id, least));
        assertEquals(0, giver.ledgers.unsignedBytes());
    }

    @Test
    void anHonestTakerNeverOwesThoughAThirdIsLost() {
        connected();
        for (int i = 0; i < 3_000; i++) {
            giver.handle(new LedgerEvent.Sent(taker.id, MIB / 4));
            if (i % 3 != 0) {
                taker.handle(new LedgerEvent.Stored(giver.id, ReceiptSim.BLOB, MIB / 4, 1));
            }
            sim.run(5 * ReceiptSim.MILLI);
            assertFalse(owes());
        }
        sim.run(20 * ReceiptSim.SECOND);
        assertEquals(500 * MIB, giver.total(giver.id, taker.id));
    }

    @Test
    void accountsAreBounded() {
        for (int i = 0; i < 3_000; i++) {
            var peer = new NodeId(String.format(Locale.ROOT, "%040x", 1_000 + i));
            giver.handle(new LedgerEvent.Up(peer));
            if (i >= Ledgers.MAX_PAIRS / 2) {
                giver.handle(new LedgerEvent.Down(peer));
            }
        }
        assertEquals(Ledgers.MAX_PAIRS, giver.ledgers.pairs());
    }
}
