// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kernel.netty.tls.MeshContexts;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.channel.Recorder;
import org.slf4j.LoggerFactory;

/** A ping and its answer while pieces are queued for a slow link. */
final class UrgentFramesTest {
    /** 25 Mbit/s. */
    private static final long BYTES_PER_SECOND = 25_000_000 / 8;

    private static final int PIECE_BYTES = 256 << 10;
    private static final int PIECES = 16;

    /** Until the channel knows its path. */
    private static final int PIECES_BEFORE = 4;

    private static final int PATIENCE_SECONDS = 30;

    private final Residue residue = Residue.now();
    private final TestKernel kernel = new TestKernel();
    private final EventLoops loops = new EventLoops(1, kernel.threads(), kernel.metrics().scope());
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final List<MeshContexts> contexts = new ArrayList<>();

    private TcpChannelProvider provider(MetricScope scope) {
        TestIdentity identity = mesh.member();
        MeshContexts tls = new MeshContexts(identity, loops.sslProvider());
        contexts.add(tls);
        return new TcpChannelProvider(
                loops,
                tls,
                identity,
                kernel.threads(),
                kernel.clock(),
                scope,
                new TcpSettings(
                        "127.0.0.1",
                        0,
                        List.of(),
                        TcpSettings.DEFAULT_FRAME_BYTES,
                        2 << 20,
                        64 << 20,
                        4,
                        2,
                        Duration.ofSeconds(20)));
    }

    @AfterEach
    void nothingIsLeft() {
        contexts.forEach(MeshContexts::close);
        assertEquals(0, loops.allocator().pinnedDirectMemory());
        loops.close();
        kernel.close();
        residue.assertBack();
    }

    @Test
    void anUrgentFrameOvertakesPiecesThatAreQueuedForASlowLink() throws Exception {
        long ordinary = millis(Channel::send);
        long urgent = millis(Channel::sendUrgent);
        LoggerFactory.getLogger(UrgentFramesTest.class)
                .info(
                        "round trip behind 4 MiB at 25 Mbit/s: in order {} ms, urgent {} ms",
                        ordinary,
                        urgent);
        assertTrue(ordinary > 1000, () -> "the link is not slow: " + ordinary + " ms");
        assertTrue(urgent < 150, () -> "urgent frames wait for " + urgent + " ms");
    }

    private interface Way {
        CompletionStage<Void> send(Channel channel, ByteBuffer... parts);
    }

    /** From the sending of a ping behind pieces to its answer, while the pieces go on. */
    private long millis(Way way) throws Exception {
        Recorder recorder = new Recorder();
        try (MetricScope serverScope = new TestMetrics().scope();
                TcpChannelProvider server = provider(serverScope)) {
            Listening door = get(server.listen(_ -> new Answering()));
            try (MetricScope clientScope = new TestMetrics().scope();
                    PacedRelay link =
                            new PacedRelay(door.addresses().getFirst(), BYTES_PER_SECOND);
                    TcpChannelProvider client = provider(clientScope)) {
                Channel channel =
                        get(client.connect(link.address(), recorder, Duration.ofSeconds(10)));
                ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
                List<CompletionStage<Void>> sent = new ArrayList<>();
                for (int i = 0; i < PIECES_BEFORE + PIECES; i++) {
                    sent.add(channel.send(ByteBuffer.allocate(66), piece));
                }
                get(sent.get(PIECES_BEFORE - 1));
                long start = System.nanoTime();
                way.send(channel, ByteBuffer.wrap(new byte[] {42}));
                recorder.frame();
                long took = (System.nanoTime() - start) / 1_000_000;
                for (CompletionStage<Void> one : sent) {
                    get(one);
                }
                return took;
            }
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Answers each frame of one byte with its like. */
    private static final class Answering implements ChannelListener {
        @Override
        public void onFrame(Channel channel, Frame frame) {
            int bytes = frame.bytes().remaining();
            byte first = frame.bytes().get(0);
            frame.release();
            if (bytes == 1) {
                channel.sendUrgent(ByteBuffer.wrap(new byte[] {first}));
            }
        }

        @Override
        public void onClosed(Channel channel, String reason) {
            // the test is over
        }
    }
}
