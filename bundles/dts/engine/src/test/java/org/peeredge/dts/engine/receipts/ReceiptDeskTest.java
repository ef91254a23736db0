// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.ReceiptVerifier;
import org.peeredge.dts.engine.wire.Features;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.TestRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Desks with real keys, loops and workers. */
class ReceiptDeskTest {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptDeskTest.class);
    private static final int MIB = 1 << 20;
    private static final ReceiptLimits LIMITS =
            new ReceiptLimits(
                    true, MIB, Duration.ofMillis(50), ReceiptLimits.MIN_UNSIGNED_BYTES, 100);

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final List<End> ends = new ArrayList<>();

    @AfterEach
    void end() {
        ends.forEach(End::stop);
        assertEquals(List.of(), kernel.threads().failures());
        kernel.close();
    }

    private void await(String what, BooleanSupplier condition) {
        long deadline = kernel.clock().nanos() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(deadline - kernel.clock().nanos() > 0, "never: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** One node's desk. */
    private final class End implements ReceiptDesk.Outlet {
        final TestIdentity identity;
        final TestRecords records;
        final Loop loop = kernel.threads().newLoop("test", "loop");
        final ExecutorService workers = kernel.threads().newPool("test", "disk", 2, 100);
        final ReceiptDesk desk;
        volatile @Nullable End other;
        private boolean over;

        End(TestIdentity identity, TestRecords records) {
            this.identity = identity;
            this.records = records;
            desk =
                    new ReceiptDesk(
                            new ReceiptDesk.Ports(
                                    identity,
                                    kernel.clock(),
                                    loop,
                                    workers,
                                    records,
                                    new TestMetrics().scope(),
                                    this),
                            LIMITS);
            ends.add(this);
            loop.execute(desk::start);
        }

        NodeId id() {
            return identity.self().node();
        }

        void connect(End to) {
            other = to;
            loop.execute(() -> desk.up(to.id(), Features.RECEIPTS));
        }

        @Override
        public boolean send(NodeId to, Message message) {
            End there = other;
            if (there != null) {
                there.loop.execute(() -> assertTrue(there.desk.message(id(), message)));
            }
            return there != null;
        }

        @Override
        public void owes(NodeId peer, boolean owes) {}

        /** This end and all that it was about to do. */
        void stop() {
            if (over) {
                return;
            }
            over = true;
            CountDownLatch stopped = new CountDownLatch(1);
            loop.execute(() -> {
                desk.stop();
                stopped.countDown();
            });
            try {
                assertTrue(stopped.await(5, TimeUnit.SECONDS));
                workers.shutdown();
                assertTrue(workers.awaitTermination(5, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            loop.close();
        }
    }

    private static void deliver(End giver, End taker, int bytes) {
        giver.loop.execute(() -> {
            giver.desk.sent(taker.id(), bytes);
            taker.loop.execute(() -> taker.desk.stored(giver.id(), ReceiptSim.BLOB, bytes, 1));
        });
    }

    private static long total(End end) {
        return end.desk.last().stream().mapToLong(r -> r.delivery().bytes()).sum();
    }

    @Test
    void chainsGoOnOverRestartsOfEitherEnd() {
        End giver = new End(mesh.member(), new TestRecords());
        End taker = new End(mesh.member(), new TestRecords());
        giver.connect(taker);
        taker.connect(giver);
        deliver(giver, taker, MIB);
        End first = taker;
        await("the first", () -> total(first) == MIB);
        taker.stop();
        End second = new End(taker.identity, taker.records);
        giver.connect(second);
        second.connect(giver);
        deliver(giver, second, MIB);
        await("the second", () -> total(second) == 2 * MIB);
        giver.stop();
        End last = new End(giver.identity, giver.records);
        last.connect(second);
        second.connect(last);
        deliver(last, second, MIB);
        await("the third", () -> total(second) == 3 * MIB && total(last) == 3 * MIB);
        List<Receipt> kept = last.desk.export(last.id(), second.id());
        assertEquals(List.of(1L, 2L, 3L), kept.stream().map(r -> r.delivery().number()).toList());
        assertEquals(
                Optional.empty(),
                ReceiptVerifier.check(kept, last.identity.chain().getLast().getPublicKey()));
    }

    @Test
    void aQuietPairSignsForTheRest() {
        End giver = new End(mesh.member(), new TestRecords());
        End taker = new End(mesh.member(), new TestRecords());
        giver.connect(taker);
        taker.connect(giver);
        deliver(giver, taker, 5);
        await("the rest", () -> total(giver) == 5 && total(taker) == 5);
    }

    /** The figure of decision record 0011. */
    @Test
    void aReceiptCostsLittle() {
        ReceiptSigner giver = new ReceiptSigner(mesh.member());
        ReceiptSigner taker = new ReceiptSigner(mesh.member());
        NodeId one = new NodeId("ab".repeat(20));
        NodeId two = new NodeId("cd".repeat(20));
        int rounds = Integer.getInteger("peeredge.rounds", 50);
        ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (int i = 1; i <= 2 * rounds; i++) {
            Delivery d =
                    new Delivery(
                            one,
                            two,
                            5,
                            i,
                            new byte[32],
                            i,
                            i,
                            1,
                            1,
                            List.of(new Delivery.BlobBytes(ReceiptSim.BLOB, 1)),
                            i);
            long begin = cpu.getCurrentThreadCpuTime();
            Message.Receipt mine = taker.sign(d);
            giver.good(mine);
            Receipt both = giver.countersign(mine);
            taker.good(
                    d,
                    new Message.Countersigned(
                            d.hash(),
                            Verdict.SIGNED,
                            5,
                            both.giverCertificate(),
                            both.giverSignature()));
            nanos += i > rounds ? cpu.getCurrentThreadCpuTime() - begin : 0;
        }
        long micros = nanos / rounds / 1_000;
        LOG.info(
                "two signatures and their checks: {} microseconds of CPU time, both ends together",
                micros);
        assertTrue(micros < 100_000, micros + " microseconds");
    }
}
