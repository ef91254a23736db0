// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kit.tck.TestRecords;

/**
 * Seeded schedules of faults: messages lost, repeated, late, forged; channels cut; crashes of
 * either end, some with a new disk. {@code -Dpeeredge.schedules=1000} runs more, {@code
 * -Dpeeredge.seed=N} one.
 */
class LedgersFaultsTest {
    private static final ReceiptLimits LIMITS =
            new ReceiptLimits(
                    true, 1 << 20, Duration.ofSeconds(2), ReceiptLimits.MIN_UNSIGNED_BYTES, 50);

    @Test
    void accountsAgreeAndNeverExceedWhatWasDelivered() {
        String one = System.getProperty("peeredge.seed", "");
        int schedules = Integer.getInteger("peeredge.schedules", 100);
        List<String> failed = Collections.synchronizedList(new ArrayList<>());
        if (!one.isEmpty()) {
            new Schedule(Long.parseLong(one), failed).run();
        } else {
            LongStream.rangeClosed(1, schedules)
                    .parallel()
                    .forEach(seed -> new Schedule(seed, failed).run());
        }
        assertEquals(List.of(), failed);
    }

    private static final class Schedule {
        private final long seed;
        private final List<String> failed;
        private final SplittableRandom r;
        private final ReceiptSim sim;
        private final boolean crashes;
        private final boolean newDisks;
        private final Map<String, String> hashes = new HashMap<>();
        private boolean lost;

        Schedule(long seed, List<String> failed) {
            this.seed = seed;
            this.failed = failed;
            r = new SplittableRandom(seed * 31 + 7);
            sim = new ReceiptSim(seed, LIMITS);
            crashes = seed % 2 == 0;
            newDisks = seed % 4 == 0;
        }

        void run() {
            for (int i = 0; i < 3; i++) {
                sim.node();
            }
            connectAll();
            sim.kind = false;
            for (int i = 0; i < 150; i++) {
                happen();
                sim.run(r.nextLong(300 * ReceiptSim.MILLI));
                if (i % 100 == 50) {
                    agree(false);
                }
            }
            sim.kind = true;
            sim.nodes.forEach(n -> n.diskFull = false);
            connectAll();
            sim.run(350 * ReceiptSim.SECOND);
            agree(true);
        }

        private void connectAll() {
            for (ReceiptSim.Node a : sim.nodes) {
                sim.nodes.stream().filter(b -> b != a).forEach(b -> ReceiptSim.connect(a, b));
            }
        }

        private ReceiptSim.Node any() {
            return sim.nodes.get(r.nextInt(sim.nodes.size()));
        }

        private void happen() {
            ReceiptSim.Node a = any();
            ReceiptSim.Node b = any();
            if (a == b) {
                return;
            }
            switch (r.nextInt(24)) {
                case 0 -> ReceiptSim.cut(a, b);
                case 1, 2 -> ReceiptSim.connect(a, b);
                case 3 -> forge(a, b);
                case 4 -> replay(a, b);
                case 5 -> a.diskFull = !a.diskFull;
                case 6 -> {
                    if (crashes) {
                        lost = true;
                        if (newDisks && r.nextInt(3) == 0) {
                            a.disk = new TestRecords();
                        }
                        a.crash();
                    }
                }
                default -> sim.deliver(a, b, 1 + r.nextLong(700_000));
            }
        }

        /** Somebody says in {@code a}'s name to {@code b} what {@code a} has not signed. */
        private void forge(ReceiptSim.Node a, ReceiptSim.Node b) {
            if (!b.up.contains(a)) {
                return;
            }
            byte[] hash = new byte[32];
            Message.Receipt model = a.seen.isEmpty() ? null : a.seen.getLast();
            if (model != null && model.delivery().giver().equals(b.id)) {
                Delivery d = model.delivery();
                Delivery more =
                        new Delivery(
                                d.giver(),
                                d.taker(),
                                d.epoch(),
                                d.number() + r.nextInt(2),
                                r.nextBoolean() ? d.hash() : d.previous(),
                                d.bytes() + d.addedBytes(),
                                d.pieces() + d.addedPieces(),
                                d.addedBytes(),
                                d.addedPieces(),
                                d.blobs(),
                                d.atMillis());
                b.come(a.id, new Message.Receipt(more, new byte[1], new byte[] {7}));
            }
            if (!b.seen.isEmpty()) {
                hash = b.seen.getLast().delivery().hash();
            }
            b.come(
                    a.id,
                    new Message.Countersigned(
                            hash, Verdict.SIGNED, 1, new byte[1], new byte[] {9}));
        }

        /** {@code a} says again what it has said long ago. */
        private void replay(ReceiptSim.Node a, ReceiptSim.Node b) {
            if (!a.seen.isEmpty() && b.up.contains(a)) {
                Message.Receipt old = a.seen.get(r.nextInt(a.seen.size()));
                if (old.delivery().giver().equals(b.id)) {
                    b.come(a.id, old);
                }
            }
        }

        private void agree(boolean settled) {
            for (ReceiptSim.Node giver : sim.nodes) {
                for (ReceiptSim.Node taker : sim.nodes) {
                    if (giver != taker) {
                        agree(giver, taker, settled);
                    }
                }
                check(giver.book.forks().isEmpty(), "an honest node has forked");
            }
        }

        private void agree(ReceiptSim.Node giver, ReceiptSim.Node taker, boolean settled) {
            String pair = ReceiptSim.pair(giver.id, taker.id);
            long truth = sim.delivered.getOrDefault(pair, 0L);
            long byGiver = giver.total(giver.id, taker.id);
            long byTaker = taker.total(giver.id, taker.id);
            check(byGiver <= truth, "giver counts " + byGiver + " of " + truth);
            check(byTaker <= truth, "taker counts " + byTaker + " of " + truth);
            for (ReceiptSim.Node end : List.of(giver, taker)) {
                end.entries(giver.id, taker.id)
                        .forEach((number, hash) -> {
                            String known = hashes.putIfAbsent(pair + number, hash);
                            check(known == null || known.equals(hash), "two entries " + number);
                        });
            }
            if (settled && !newDisks) {
                check(byGiver == byTaker, "ends differ: " + byGiver + " and " + byTaker);
            }
            if (settled && !lost) {
                check(byTaker == truth, "signed for " + byTaker + " of " + truth);
            }
            if (settled) {
                check(!giver.owing.getOrDefault(taker.id, false), "an honest taker owes");
            }
        }

        private void check(boolean good, String what) {
            if (!good) {
                failed.add("seed " + seed + ": " + what);
            }
        }
    }
}
