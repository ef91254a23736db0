// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.codec.none.NoneCodec;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Whole engines, one with a codec that breaks its contract where members ask for its symbols. */
class CodecFaultsTest {
    private static final int HUB = 1;
    private static final int BETTER = 1_000;
    private static final int WORKERS = 4;

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final MemoryNetwork network = new MemoryNetwork();
    private final TestNode origin = new TestNode(mesh, network, HUB, HUB, limits(), Role.ORIGIN);
    private final TestNode edge = new TestNode(mesh, network, HUB + 1, HUB);

    enum How {
        CHECK_THROWS,
        PREPARE_THROWS,
        ENCODE_THROWS,
        ENCODE_WRITES_NOTHING,
        CLOSE_THROWS,
        CHECK_HANGS,
        PREPARE_HANGS,
        ENCODE_HANGS,
        CLOSE_HANGS;

        boolean throwsAt(String call) {
            return name().equals(call + "_THROWS");
        }

        boolean hangsAt(String call) {
            return name().equals(call + "_HANGS");
        }

        boolean hangs() {
            return name().endsWith("_HANGS");
        }

        String reason() {
            return hangs()
                    ? "did not return within 200 ms"
                    : this == CLOSE_THROWS ? "it leaks" : "failed 3 times in a row";
        }
    }

    private static EngineLimits limits() {
        EngineLimits d = EngineLimits.defaults();
        return new EngineLimits(
                d.maxParkedBytes(),
                d.sendBuffers(),
                d.sendTimeout(),
                4,
                Duration.ofMillis(200),
                d.maxAbandonedThreads(),
                d.maxTransfers(),
                d.openTimeout(),
                d.availableTimeout());
    }

    @BeforeEach
    void connect() {
        edge.await("connected", () -> edge.connected(origin) && origin.connected(edge));
    }

    @AfterEach
    void close() {
        edge.close();
        origin.close();
        kernel.close();
    }

    private Digest publish(int pieces, long seed) throws Exception {
        byte[] bytes = new byte[pieces * Pieces.MIN_PIECE_BYTES - 1_000];
        new SplittableRandom(seed).nextBytes(bytes);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        return digest;
    }

    private void fetch(Digest digest) throws Exception {
        assertArrayEquals(origin.store.bytes(digest), edge.fetch(digest, false));
    }

    @ParameterizedTest
    @EnumSource(How.class)
    void isTrippedOffAndNamedAndTheNextOneServes(How how) throws Exception {
        Broken broken = new Broken(how);
        origin.codecs.add(NoneCodec.TYPE, BETTER, broken);
        // More groups than encoders are kept, so that some are closed.
        for (int i = 0; i < 70 && origin.trips.isEmpty(); i++) {
            fetch(publish(1, i));
        }
        origin.await("it is tripped off", () -> !origin.trips.isEmpty());
        String reason = origin.trips.getFirst();
        assertTrue(reason.startsWith("none: ") && reason.contains(how.reason()), reason);
        assertEquals(1, origin.trips.size());
        origin.trips.clear();
        fetch(publish(5, 1_000));
        double lost = origin.metric("abandoned_threads");
        assertEquals(how.hangs(), lost > 0);
        assertTrue(lost <= WORKERS, lost + " threads lost");

        // Its removal waits for nobody, and its threads end once it lets go of them.
        long begin = origin.kernel.clock().nanos();
        assertTrue(origin.codecs.remove(broken), "a lease is open");
        origin.engine.codecGone(broken);
        long millis = (origin.kernel.clock().nanos() - begin) / 1_000_000;
        assertTrue(millis < 2_000, "removed within " + millis + " ms");
        assertEquals(lost, origin.metric("abandoned_threads"), "it is called no more");
        broken.release.countDown();
        origin.await("its threads are back", () -> origin.metric("abandoned_threads") == 0);
        fetch(publish(5, 1_001));
        assertEquals(0, edge.metric("bad_bytes_total"));
        assertTrue(edge.connected(origin));
    }

    @Test
    void aDiskThatHangsIsNotHeldAgainstTheCodec() throws Exception {
        Digest digest = publish(4, 1);
        CountDownLatch disk = new CountDownLatch(1);
        origin.store.gate = disk::await;
        var opened = edge.open(digest, -1, false);
        edge.await("it is asked for", () -> edge.metric("request_timeouts_total") > 0);
        disk.countDown();
        try (var content = opened.get()) {
            assertArrayEquals(origin.store.bytes(digest), TestNode.readAll(content));
            content.complete().toCompletableFuture().get();
        }
        assertEquals(0, origin.metric("abandoned_threads"));
    }

    /** As the codec {@code none}, but for one call. */
    private static final class Broken implements CodecProvider {
        final How how;
        final CountDownLatch release = new CountDownLatch(1);
        private final NoneCodec good = new NoneCodec();

        Broken(How how) {
            this.how = how;
        }

        private void call(String name) {
            if (how.throwsAt(name)) {
                throw new NoClassDefFoundError("a test");
            }
            if (how.hangsAt(name)) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public String type() {
            return NoneCodec.TYPE;
        }

        @Override
        public void check(CodecId id) {
            call("CHECK");
            good.check(id);
        }

        @Override
        public long workingBytes(CodecId id) {
            return good.workingBytes(id);
        }

        @Override
        public Encoder prepare(CodecId id, GroupSource group) {
            call("PREPARE");
            Encoder encoder = good.prepare(id, group);
            return new Encoder() {
                @Override
                public void encode(int first, int count, ByteBuffer into)
                        throws java.io.IOException {
                    call("ENCODE");
                    if (how != How.ENCODE_WRITES_NOTHING) {
                        encoder.encode(first, count, into);
                    }
                }

                @Override
                public void reset(GroupSource next) {
                    encoder.reset(next);
                }

                @Override
                public void close() {
                    call("CLOSE");
                    encoder.close();
                }
            };
        }

        @Override
        public Decoder decoder(CodecId id, int groupBytes) {
            return good.decoder(id, groupBytes);
        }
    }
}
