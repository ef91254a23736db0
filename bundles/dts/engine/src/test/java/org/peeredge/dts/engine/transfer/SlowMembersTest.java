// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.channel.memory.MemoryChannelProvider;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.channel.memory.MemorySettings;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestMetrics;

/** A whole engine, and as many members as it has buffers that ask for pieces and read none. */
class SlowMembersTest {
    private static final int HUB = 1;
    private static final int PIECES = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final MemoryNetwork network = new MemoryNetwork();
    private final TestNode origin = new TestNode(mesh, network, HUB, HUB, limits(), Role.ORIGIN);
    private final TestNode edge = new TestNode(mesh, network, HUB + 1, HUB);
    private final List<Rude> rude = new ArrayList<>();

    private static EngineLimits limits() {
        EngineLimits d = EngineLimits.defaults();
        return new EngineLimits(
                d.maxParkedBytes(),
                d.sendBuffers(),
                TIMEOUT,
                d.maxEncoders(),
                d.codecTimeout(),
                d.maxAbandonedThreads(),
                d.maxTransfers(),
                d.openTimeout(),
                d.availableTimeout());
    }

    @AfterEach
    void close() {
        rude.forEach(r -> r.provider.close());
        edge.close();
        origin.close();
        kernel.close();
    }

    @Test
    void loseTheirChannelsAndOthersAreServed() throws Exception {
        edge.await("connected", () -> edge.connected(origin) && origin.connected(edge));
        byte[] bytes = new byte[PIECES * Pieces.MIN_PIECE_BYTES - 1_000];
        new SplittableRandom(1).nextBytes(bytes);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        int many = EngineLimits.defaults().sendBuffers();
        for (int i = 0; i < many; i++) {
            rude.add(new Rude(digest));
        }
        long begin = kernel.clock().nanos();
        assertArrayEquals(bytes, edge.fetch(digest, false));
        Duration took = Duration.ofNanos(kernel.clock().nanos() - begin);
        assertTrue(took.compareTo(TIMEOUT.multipliedBy(5)) < 0, "served after " + took);
        origin.await(
                "all have lost their channels", () -> rude.stream().allMatch(r -> r.ended.get()));
        assertEquals(many, origin.metric("send_timeouts_total"));
        assertTrue(origin.connected(edge));
        double most = (double) EngineLimits.defaults().sendBuffers() * Pieces.MAX_PIECE_BYTES;
        assertTrue(origin.metric("send_buffer_bytes") <= most);
    }

    /** Says hello, asks, and stops reading. */
    private final class Rude implements ChannelListener {
        final AtomicBoolean ended = new AtomicBoolean();
        final MemoryChannelProvider provider =
                new MemoryChannelProvider(
                        network,
                        mesh.member(),
                        kernel.threads(),
                        new TestMetrics().scope(),
                        MemorySettings.defaults());

        Rude(Digest digest) throws Exception {
            Channel channel =
                    provider.connect(
                                    PeerAddress.parse("memory://memory:" + HUB),
                                    this,
                                    Duration.ofSeconds(10))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS);
            channel.reading(false);
            MessageCodec codec = new MessageCodec();
            List<Message> said = new ArrayList<>();
            said.add(new Message.Hello(1, 0, List.of(), 0, new byte[0]));
            said.add(new Message.Ping(1));
            CodecId none = new CodecId("none", Pieces.GROUP_PIECES, 0, Pieces.MIN_PIECE_BYTES);
            for (int i = 0; i < PIECES; i++) {
                said.add(new Message.GetSymbols(digest, 0, none, i, 1, new byte[0]));
            }
            for (Message message : said) {
                channel.send(codec.encode(message)).toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
        }

        @Override
        public void onFrame(Channel from, Frame frame) {
            frame.release();
        }

        @Override
        public void onClosed(Channel from, String reason) {
            ended.set(true);
        }
    }
}
