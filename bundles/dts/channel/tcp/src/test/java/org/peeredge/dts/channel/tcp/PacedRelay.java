// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.channel.PeerAddress;

/**
 * A slow link on loopback, for one connection: what the connecting end sends passes at a rate, what
 * comes back passes at once.
 */
final class PacedRelay implements AutoCloseable {
    private static final int TURN_MILLIS = 2;

    /** As much as a link's own queue; less stalls on the large segments of loopback. */
    private static final int RECEIVE_BYTES = 32 * 1024;

    private final ServerSocketChannel door = ServerSocketChannel.open();
    private final ScheduledExecutorService forth = Executors.newSingleThreadScheduledExecutor();
    private final List<SocketChannel> ends = new CopyOnWriteArrayList<>();
    private final ExecutorService back = Executors.newSingleThreadExecutor();
    private final long bytesPerSecond;
    private final ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
    private long nextNanos = System.nanoTime();

    PacedRelay(PeerAddress to, long bytesPerSecond) throws IOException {
        this.bytesPerSecond = bytesPerSecond;
        door.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
        door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        back.execute(() -> relay(to));
    }

    PeerAddress address() throws IOException {
        int port = ((InetSocketAddress) door.getLocalAddress()).getPort();
        return new PeerAddress("tcp", "127.0.0.1", port);
    }

    private void relay(PeerAddress to) {
        try (SocketChannel near = door.accept();
                SocketChannel far =
                        SocketChannel.open(new InetSocketAddress(to.host(), to.port()))) {
            ends.addAll(List.of(near, far));
            near.configureBlocking(false);
            var _ =
                    forth.scheduleAtFixedRate(
                            () -> pass(near, far), 0, TURN_MILLIS, TimeUnit.MILLISECONDS);
            ByteBuffer answer = ByteBuffer.allocate(16 * 1024);
            while (far.read(answer) >= 0) {
                answer.flip();
                while (answer.hasRemaining()) {
                    near.write(answer);
                }
                answer.clear();
            }
        } catch (IOException e) {
            // an end is gone: so is the link
            forth.shutdownNow();
        }
    }

    private void pass(SocketChannel near, SocketChannel far) {
        long now = System.nanoTime();
        nextNanos = Math.max(nextNanos, now - TURN_MILLIS * 1_000_000L);
        try {
            long may = (now - nextNanos) * bytesPerSecond / 1_000_000_000;
            bytes.clear().limit((int) Math.min(bytes.capacity(), may));
            if (near.read(bytes) < 0) {
                far.close();
                forth.shutdownNow();
                return;
            }
            nextNanos += bytes.position() * 1_000_000_000L / bytesPerSecond;
            bytes.flip();
            while (bytes.hasRemaining()) {
                far.write(bytes);
            }
        } catch (IOException e) {
            forth.shutdownNow();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (SocketChannel end : ends) {
            end.close();
        }
        forth.shutdownNow();
        forth.close();
        back.close();
    }
}
