// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.channel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.Frame;

/** A listener, and an acceptor, that keeps all it is told, for tests to wait for. */
public class Recorder implements ChannelListener, ChannelAcceptor {
    private static final int PATIENCE_SECONDS = 15;

    private final LinkedBlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Channel> writable = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final AtomicInteger closings = new AtomicInteger();
    private final AtomicInteger accepts = new AtomicInteger();

    @Override
    public ChannelListener accepted(Channel channel) {
        accepts.incrementAndGet();
        accepted.add(channel);
        return this;
    }

    @Override
    public void onFrame(Channel channel, Frame frame) {
        ByteBuffer bytes = frame.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        frame.release();
        frames.add(copy);
    }

    @Override
    public void onClosed(Channel channel, String reason) {
        closings.incrementAndGet();
        closed.complete(reason);
    }

    @Override
    public void onWritable(Channel channel) {
        writable.add(channel);
    }

    /** The next frame; waits for it. */
    public byte[] frame() throws InterruptedException {
        return next(frames, "frame");
    }

    /** The next {@code count} frames. */
    public List<byte[]> frames(int count) throws InterruptedException {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(frame());
        }
        return all;
    }

    /** How many frames came that no test took. */
    public int framesLeft() {
        return frames.size();
    }

    /** The next channel that was accepted; waits for it. */
    public Channel channel() throws InterruptedException {
        return next(accepted, "channel");
    }

    /** Waits for {@code onWritable}. */
    public void awaitWritable() throws InterruptedException {
        next(writable, "onWritable");
    }

    /** The reason given when it closed; waits for that. */
    public String awaitClosed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** How often {@code onClosed} was called. */
    public int closings() {
        return closings.get();
    }

    /** How many channels were accepted. */
    public int accepts() {
        return accepts.get();
    }

    private static <T> T next(LinkedBlockingQueue<T> queue, String what)
            throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s");
        }
        return next;
    }
}
