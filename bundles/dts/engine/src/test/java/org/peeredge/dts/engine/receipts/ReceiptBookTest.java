// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.TestRecords;

class ReceiptBookTest {
    private static final NodeId GIVER = node(1);
    private static final NodeId TAKER = node(2);

    private final TestRecords disk = new TestRecords();

    private static NodeId node(int number) {
        return new NodeId(String.format(Locale.ROOT, "%040x", number));
    }

    private static Receipt receipt(NodeId giver, long epoch, long number, byte[] previous) {
        Delivery d =
                new Delivery(
                        giver,
                        TAKER,
                        epoch,
                        number,
                        previous,
                        number * 1_000,
                        number,
                        1_000,
                        1,
                        List.of(),
                        epoch + number);
        return new Receipt(d, new byte[600], new byte[70], new byte[600], new byte[71]);
    }

    private static List<Receipt> chain(NodeId giver, long epoch, int length) {
        List<Receipt> chain = new ArrayList<>();
        byte[] previous = new byte[32];
        for (int i = 1; i <= length; i++) {
            chain.add(receipt(giver, epoch, i, previous));
            previous = chain.getLast().delivery().hash();
        }
        return chain;
    }

    private ReceiptBook book(int kept) {
        ReceiptBook book = new ReceiptBook(disk, kept);
        book.load();
        return book;
    }

    @Test
    void oldOnesAreFoldedAndTheLastOfEachChainStays() {
        ReceiptBook book = book(10);
        chain(GIVER, 5, 30).forEach(book::add);
        chain(node(7), 6, 20).forEach(book::add);
        assertEquals(12, disk.map().size());
        assertEquals(
                List.of(20_000L, 30_000L),
                book.last().stream().map(r -> r.delivery().bytes()).sorted().toList());
        assertEquals(1, book.export(GIVER, TAKER).size());
        assertEquals(11, book.export(node(7), TAKER).size());
        book(3);
        assertEquals(5, disk.map().size(), "a lower bound holds from the next start on");
    }

    @Test
    void chainsOfOnePairAreBounded() {
        ReceiptBook book = book(0);
        for (int epoch = 1; epoch <= 20; epoch++) {
            chain(GIVER, epoch, 2).forEach(book::add);
        }
        assertEquals(1 + ReceiptBook.OLD_CHAINS, disk.map().size());
        assertEquals(20, book.last().getFirst().delivery().epoch());
    }

    @Test
    void pairsAreBoundedAndTheOneUsedLastStays() {
        ReceiptBook book = book(0);
        for (int i = 10; i < 10 + 2 * Ledgers.MAX_PAIRS; i++) {
            book.add(chain(node(i), i, 1).getFirst());
        }
        book.add(receipt(node(10), 10, 2, new byte[32]));
        book.add(receipt(GIVER, 1, 1, new byte[32]));
        assertEquals(2 * Ledgers.MAX_PAIRS, disk.map().size());
        assertEquals(1, book.export(node(10), TAKER).size());
        assertEquals(0, book.export(node(11), TAKER).size());
    }

    @Test
    void aNewStartFindsTheSame() {
        ReceiptBook book = book(10);
        chain(GIVER, 0x7fff, 3).forEach(book::add);
        List<Receipt> newer = chain(GIVER, 0x10000, 17);
        newer.forEach(book::add);
        Message.Receipt open =
                new Message.Receipt(
                        receipt(GIVER, 0x10000, 18, newer.getLast().delivery().hash()).delivery(),
                        new byte[3],
                        new byte[4]);
        book.open(open);
        LedgerEvent.Loaded loaded = new ReceiptBook(disk, 10).load();
        assertEquals(
                List.of(3_000L, 17_000L),
                loaded.last().stream().map(r -> r.delivery().bytes()).toList());
        assertArrayEquals(
                open.delivery().statement(), loaded.open().getFirst().delivery().statement());
        ReceiptBook again = book(10);
        assertEquals(12, again.export(GIVER, TAKER).size());
        assertArrayEquals(
                newer.getLast().delivery().hash(),
                again.export(GIVER, TAKER).getLast().delivery().hash());
        assertArrayEquals(new byte[71], again.last().getFirst().giverSignature());
    }

    @Test
    void damagedRecordsAreDropped() {
        ReceiptBook book = book(10);
        chain(GIVER, 5, 3).forEach(book::add);
        String key = disk.map().firstKey();
        byte[] value = disk.map().firstEntry().getValue();
        disk.map().put(key, java.util.Arrays.copyOf(value, value.length / 2));
        disk.map().put("o/x", new byte[] {1, 2, 3});
        disk.map().put("f/y", new byte[] {0, 0, 0, 1, 9});
        LedgerEvent.Loaded loaded = new ReceiptBook(disk, 10).load();
        assertEquals(1, loaded.last().size());
        assertEquals(2, disk.map().size());
    }

    @Test
    void evidenceIsBounded() {
        ReceiptBook book = book(10);
        book.add(receipt(GIVER, 5, 1, new byte[32]));
        for (int i = 0; i < 100; i++) {
            byte[] previous = new byte[32];
            previous[0] = (byte) (i + 1);
            Delivery d = receipt(GIVER, 5, 1, previous).delivery();
            Message.Receipt other = new Message.Receipt(d, new byte[5], new byte[6]);
            assertEquals(i < ReceiptBook.MAX_FORKS, book.suspect(other));
        }
        assertEquals(ReceiptBook.MAX_FORKS, book(10).forks().size());
        assertTrue(
                disk.map().values().stream().allMatch(v -> v.length < 64 * 1024), "fits a record");
    }
}
