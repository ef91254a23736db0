// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.trust.Membership;

/**
 * One end of a memory channel. A frame is copied once, because the sender only lends its buffers
 * and the receiver keeps the frame; the copy is what the receiver gets.
 */
final class MemoryChannel implements Channel {
    private final MemoryChannelProvider owner;
    private final Membership peer;
    private final List<X509Certificate> peerChain;
    private final PeerAddress remote;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final MemoryQueue inbound;
    private @Nullable MemoryChannel other;
    private volatile @Nullable ChannelListener listener;

    private MemoryChannel(
            MemoryChannelProvider owner,
            Membership peer,
            List<X509Certificate> peerChain,
            PeerAddress remote) {
        this.owner = owner;
        this.peer = peer;
        this.peerChain = peerChain;
        this.remote = remote;
        this.inbound =
                new MemoryQueue(owner.loop(), owner.settings(), this::onFrame, this::roomAgain);
    }

    /** Makes both ends; neither has a listener yet. The first is the dialling one. */
    static List<MemoryChannel> pair(
            MemoryChannelProvider dialling,
            Membership dialler,
            MemoryChannelProvider accepting,
            Membership acceptor,
            PeerAddress at) {
        MemoryChannel near = new MemoryChannel(dialling, acceptor, accepting.chain(), at);
        MemoryChannel far = new MemoryChannel(accepting, dialler, dialling.chain(), at);
        near.other = far;
        far.other = near;
        return List.of(near, far);
    }

    /** From now on {@code listener} gets the frames. On the owner's loop. */
    void listener(ChannelListener to) {
        listener = to;
    }

    /** The certificates that the peer showed, to be checked again when the rules change. */
    List<X509Certificate> peerChain() {
        return peerChain;
    }

    @Override
    public Membership peer() {
        return peer;
    }

    @Override
    public PeerAddress remote() {
        return remote;
    }

    @Override
    public ChannelTraits traits() {
        return owner.traits();
    }

    @Override
    public CompletionStage<Void> send(ByteBuffer... parts) {
        long size = 0;
        for (ByteBuffer part : parts) {
            size += part.remaining();
        }
        int max = owner.settings().maxFrameBytes();
        if (size == 0 || size > max) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes: must be 1 to " + max + " (max.frame.bytes)");
        }
        ByteBuffer frame = ByteBuffer.allocate((int) size);
        for (ByteBuffer part : parts) {
            frame.put(part.duplicate());
        }
        owner.sent(size);
        return other().inbound.put(frame.flip());
    }

    @Override
    public boolean writable() {
        return other().inbound.writable();
    }

    @Override
    public void reading(boolean on) {
        inbound.reading(on);
    }

    @Override
    public void close() {
        end("closed here");
        other().end("closed by the peer");
    }

    /** Closes both ends for a reason of this one. */
    void close(String reason) {
        end(reason);
        other().end("closed by the peer: " + reason);
    }

    private void end(String reason) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        inbound.close("the channel to " + owner.self().shortName() + " ended: " + reason);
        owner.ended(this);
        owner.onLoop(() -> {
            ChannelListener to = listener;
            if (to != null) {
                to.onClosed(this, reason);
            }
        });
    }

    private void onFrame(Frame frame) {
        ChannelListener to = listener;
        if (to == null || ended.get()) {
            frame.release();
        } else {
            to.onFrame(this, frame);
        }
    }

    /** My inbound queue has room again: tell the other end, on its own loop. */
    private void roomAgain() {
        MemoryChannel sender = other();
        sender.owner.onLoop(() -> {
            ChannelListener to = sender.listener;
            if (to != null && !sender.ended.get()) {
                to.onWritable(sender);
            }
        });
    }

    private MemoryChannel other() {
        MemoryChannel there = other;
        if (there == null) {
            throw new IllegalStateException("a memory channel without its other end");
        }
        return there;
    }
}
