// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.peeredge.kit.tck.channel.Support.assertOtherPeer;
import static org.peeredge.kit.tck.channel.Support.bytes;
import static org.peeredge.kit.tck.channel.Support.direct;
import static org.peeredge.kit.tck.channel.Support.get;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/**
 * What every reliable, ordered channel must do. Subclass it, say how a provider is made and
 * stopped, and run it with JUnit 5. Each test gets a mesh with two members, one of which listens.
 */
public abstract class ChannelTck {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int SWAPS = 100;

    /** Threads, time and metrics of this test. */
    protected final TestKernel kernel = new TestKernel();

    /** The mesh of this test. */
    protected final TestMesh mesh = new TestMesh(kernel.clock());

    private final TestIdentity serverIdentity = mesh.member(Role.ORIGIN);
    private final TestIdentity clientIdentity = mesh.member();
    private final List<ChannelProvider> running = new ArrayList<>();
    private final Recorder atServer = new Recorder();
    private final Recorder atClient = new Recorder();
    private Residue residue = Residue.now();
    private ChannelProvider server = new Unset();
    private ChannelProvider client = new Unset();
    private Listening door = new Unset();

    /**
     * A provider of the node {@code identity}, started as its component's {@code activate} does,
     * that will listen on loopback at any free port.
     */
    protected abstract ChannelProvider start(Identity identity) throws Exception;

    /** Ends a provider as its component's {@code deactivate} does. */
    protected abstract void stop(ChannelProvider provider) throws Exception;

    /** Bytes handed out by the memory pool that the channel uses; 0 for one without a pool. */
    protected long pooledBytes() {
        return 0;
    }

    /**
     * Sends bytes that no member would send to an open door, and waits until it is cut off.
     *
     * @return false for a channel that has no outside
     */
    protected boolean sendNoise(PeerAddress door, byte[] noise) throws Exception {
        return false;
    }

    /** Starts both ends. */
    @BeforeEach
    final void open() throws Exception {
        residue = Residue.now(this::pooledBytes);
        server = started(serverIdentity);
        client = started(clientIdentity);
        door = get(server.listen(atServer));
    }

    /** Stops both ends and looks for what is left. */
    @AfterEach
    final void nothingIsLeft() throws Exception {
        for (ChannelProvider provider : List.copyOf(running)) {
            stopped(provider);
        }
        kernel.close();
        assertEquals(List.of(), kernel.threads().failures());
        assertEquals(0, serverIdentity.listeners(), "listeners left at the identity");
        residue.assertBack();
    }

    private ChannelProvider started(Identity identity) throws Exception {
        ChannelProvider provider = start(identity);
        running.add(provider);
        return provider;
    }

    private void stopped(ChannelProvider provider) throws Exception {
        if (running.remove(provider)) {
            stop(provider);
        }
    }

    private PeerAddress address() {
        return door.addresses().getFirst();
    }

    private Channel connect() throws Exception {
        return get(client.connect(address(), atClient, PATIENCE));
    }

    @Test
    final void bothEndsKnowEachOther() throws Exception {
        Channel here = connect();
        Channel there = atServer.channel();
        assertEquals(serverIdentity.self(), here.peer());
        assertEquals(clientIdentity.self(), there.peer());
        assertEquals(server.traits(), there.traits());
        assertTrue(here.traits().maxFrameBytes() >= 1024);
        assertTrue(here.writable() && there.writable());
        assertEquals(address().type(), here.traits().type());
        assertEquals(address().port(), here.remote().port());
    }

    @Test
    final void framesArriveWholeAndInOrderBothWays() throws Exception {
        Channel here = connect();
        Channel there = atServer.channel();
        SplittableRandom random = new SplittableRandom(11);
        List<byte[]> out = new ArrayList<>();
        List<byte[]> back = new ArrayList<>();
        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            out.add(bytes(random.nextInt(1, 5000), i));
            back.add(bytes(random.nextInt(1, 5000), 1000 + i));
            sent.add(here.send(ByteBuffer.wrap(out.get(i))));
            sent.add(there.send(direct(back.get(i))));
        }
        for (int i = 0; i < out.size(); i++) {
            assertArrayEquals(out.get(i), atServer.frame(), "frame " + i);
            assertArrayEquals(back.get(i), atClient.frame(), "frame " + i + " back");
        }
        for (CompletionStage<Void> one : sent) {
            get(one);
        }
    }

    @Test
    final void framesOfEverySizeAndShapeArrive() throws Exception {
        Channel here = connect();
        int max = here.traits().maxFrameBytes();
        int[] sizes = {1, 2, 3, 4, 5, 1023, 1024, 16_383, 16_384, 16_385, max / 2, max - 1, max};
        for (int size : sizes) {
            if (size > max) {
                continue;
            }
            byte[] all = bytes(size, size);
            int cut = size / 3;
            ByteBuffer whole = direct(all);
            CompletionStage<Void> sent =
                    here.send(
                            ByteBuffer.wrap(all, 0, cut),
                            ByteBuffer.allocate(0),
                            whole.slice(cut, size - cut).asReadOnlyBuffer());
            assertArrayEquals(all, atServer.frame(), "size " + size);
            get(sent);
            assertEquals(size, whole.remaining(), "lent buffers keep their position");
        }
    }

    @Test
    final void emptyAndTooLargeFramesAreRefusedAndTheChannelStays() throws Exception {
        Channel here = connect();
        int over = here.traits().maxFrameBytes() + 1;
        assertThrows(IllegalArgumentException.class, () -> here.send(ByteBuffer.allocate(over)));
        assertThrows(IllegalArgumentException.class, () -> here.send(ByteBuffer.allocate(0)));
        assertThrows(IllegalArgumentException.class, here::send);
        get(here.send(ByteBuffer.wrap(bytes(10, 1))));
        assertArrayEquals(bytes(10, 1), atServer.frame());
    }

    @Test
    final void aBufferIsFreeOnceItsStageCompletes() throws Exception {
        Channel here = connect();
        ByteBuffer lent = ByteBuffer.allocateDirect(64 * 1024);
        int size = Math.min(lent.capacity(), here.traits().maxFrameBytes());
        for (int i = 0; i < 50; i++) {
            lent.clear().put(bytes(size, i)).flip();
            get(here.send(lent));
            lent.clear().put(new byte[size]);
        }
        for (int i = 0; i < 50; i++) {
            assertArrayEquals(bytes(size, i), atServer.frame(), "frame " + i);
        }
    }

    @Test
    final void manyThreadsMaySend() throws Exception {
        Channel here = connect();
        int threads = 4;
        int each = 100;
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int id = t;
            senders.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < each; i++) {
                                    ByteBuffer frame = ByteBuffer.allocate(3000);
                                    frame.putInt(0, id).putInt(4, i);
                                    var _ = id % 2 == 0 ? here.send(frame) : here.sendUrgent(frame);
                                }
                            }));
        }
        int[] next = new int[threads];
        for (byte[] frame : atServer.frames(threads * each)) {
            ByteBuffer bytes = ByteBuffer.wrap(frame);
            assertEquals(next[bytes.getInt(0)]++, bytes.getInt(4), "a thread's order is kept");
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    final void strangersExpiredAndRevokedGetInNowhere() throws Exception {
        TestIdentity revoked = mesh.member();
        mesh.revoke(revoked.self().node());
        List<TestIdentity> strangers =
                List.of(new TestMesh(kernel.clock()).member(), mesh.expired(), revoked);
        for (TestIdentity stranger : strangers) {
            ChannelProvider theirs = started(stranger);
            Recorder atStranger = new Recorder();
            assertOtherPeer(theirs.connect(address(), atStranger, PATIENCE));
            Listening trap = get(theirs.listen(atStranger));
            assertOtherPeer(client.connect(trap.addresses().getFirst(), atClient, PATIENCE));
            assertEquals(0, atStranger.accepts());
            assertEquals(0, atStranger.framesLeft());
            stopped(theirs);
        }
        assertEquals(0, atServer.accepts());
        assertEquals(0, atClient.closings());
        get(connect().send(ByteBuffer.wrap(bytes(1, 1))));
    }

    @Test
    final void aPeerThatIsRevokedIsCutOff() throws Exception {
        connect();
        atServer.channel();
        mesh.revoke(clientIdentity.self().node());
        atServer.awaitClosed();
        atClient.awaitClosed();
        assertOtherPeer(client.connect(address(), new Recorder(), PATIENCE));
    }

    @Test
    final void aRenewalKeepsChannelsOpen() throws Exception {
        Channel here = connect();
        clientIdentity.renewed();
        serverIdentity.renewed(Role.ORIGIN);
        get(here.send(ByteBuffer.wrap(bytes(100, 5))));
        assertArrayEquals(bytes(100, 5), atServer.frame());
        Recorder second = new Recorder();
        get(client.connect(address(), second, PATIENCE));
        assertEquals(0, atClient.closings());
    }

    @Test
    final void closingIsToldOnceAtBothEnds() throws Exception {
        Channel here = connect();
        Channel there = atServer.channel();
        here.close();
        here.close();
        atClient.awaitClosed();
        atServer.awaitClosed();
        there.close();
        assertOtherPeer(here.send(ByteBuffer.wrap(bytes(1, 1))));
        assertOtherPeer(there.send(ByteBuffer.wrap(bytes(1, 1))));
        assertFalse(here.writable());
        stopped(client);
        stopped(server);
        assertEquals(1, atClient.closings());
        assertEquals(1, atServer.closings());
    }

    @Test
    final void aClosedDoorLetsNooneInAndKeepsWhoIsInside() throws Exception {
        Channel here = connect();
        PeerAddress where = address();
        door.close();
        door.close();
        assertOtherPeer(client.connect(where, new Recorder(), PATIENCE));
        get(here.send(ByteBuffer.wrap(bytes(9, 9))));
        assertArrayEquals(bytes(9, 9), atServer.frame());
        Recorder again = new Recorder();
        door = get(server.listen(again));
        get(connect().send(ByteBuffer.wrap(bytes(1, 2))));
        assertArrayEquals(bytes(1, 2), again.frame());
    }

    @Test
    final void aReaderThatStopsHoldsTheSenderBack() throws Exception {
        Channel here = connect();
        Channel there = atServer.channel();
        there.reading(false);
        int size = Math.min(64 * 1024, here.traits().maxFrameBytes());
        ByteBuffer frame = direct(bytes(size, 3));
        List<CompletionStage<Void>> sent = new ArrayList<>();
        long most = 256L << 20;
        while (here.writable()) {
            sent.add(here.send(frame));
            // What the network takes at once leaves; only what it does not take counts.
            assertTrue((long) sent.size() * size < most, "writable() never went false");
        }
        CompletableFuture<Void> last = sent.getLast().toCompletableFuture();
        assertFalse(last.isDone(), "a frame that is still queued is said to be sent");
        there.reading(true);
        atClient.awaitWritable();
        for (CompletionStage<Void> one : sent) {
            get(one);
        }
        byte[] expected = bytes(size, 3);
        for (byte[] one : atServer.frames(sent.size())) {
            assertArrayEquals(expected, one);
        }
        assertTrue(here.writable());
    }

    @Test
    final void queuedFramesFailWhenTheChannelCloses() throws Exception {
        Channel here = connect();
        Channel there = atServer.channel();
        there.reading(false);
        int size = Math.min(64 * 1024, here.traits().maxFrameBytes());
        List<CompletionStage<Void>> sent = new ArrayList<>();
        while (here.writable()) {
            sent.add(here.send(ByteBuffer.allocateDirect(size)));
        }
        here.close();
        assertOtherPeer(sent.getLast());
        for (CompletionStage<Void> one : sent) {
            one.handle((_, _) -> null).toCompletableFuture().get(15, TimeUnit.SECONDS);
        }
        atClient.awaitClosed();
    }

    @Test
    final void noiseIsCutOffAndMembersAreStillServed() throws Exception {
        for (int i = 0; i < 20; i++) {
            assumeTrue(sendNoise(address(), bytes(1 + i * 97, i)), "this channel has no outside");
        }
        assertEquals(0, atServer.accepts());
        get(connect().send(ByteBuffer.wrap(bytes(5, 5))));
        assertArrayEquals(bytes(5, 5), atServer.frame());
    }

    @Test
    final void aHundredSwapsUnderTrafficLeaveNothing() throws Exception {
        stopped(server);
        int size = Math.min(32 * 1024, client.traits().maxFrameBytes());
        ByteBuffer frame = direct(bytes(size, 4));
        for (int swap = 0; swap < SWAPS; swap++) {
            ChannelProvider fresh = started(serverIdentity);
            Recorder inside = new Recorder();
            Listening open = get(fresh.listen(inside));
            Recorder outside = new Recorder();
            Channel out = get(client.connect(open.addresses().getFirst(), outside, PATIENCE));
            Channel in = inside.channel();
            List<CompletionStage<Void>> flying = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                flying.add(out.send(frame));
                flying.add(in.send(frame));
            }
            inside.frame();
            stopped(fresh);
            outside.awaitClosed();
            for (CompletionStage<Void> one : flying) {
                one.handle((_, _) -> null).toCompletableFuture().get(15, TimeUnit.SECONDS);
            }
            assertEquals(1, inside.closings(), "swap " + swap);
            assertEquals(1, outside.closings(), "swap " + swap);
        }
    }
}
