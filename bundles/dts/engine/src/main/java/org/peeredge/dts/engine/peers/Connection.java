// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.engine.wire.MalformedException;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel and what is known of it. Frames are read on the channel's thread and handed to the
 * loop; so much may wait there, then the channel is not read. Sending is for any thread. The fields
 * in the second block belong to the loop.
 */
final class Connection implements ChannelListener {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What all connections share. */
    record Shared(
            Hop loop,
            Clock clock,
            MessageCodec codec,
            Frames frames,
            PeersConfig config,
            PeerMetrics metrics,
            Blame blame) {}

    /** Told when a channel plugin throws where it must not. */
    interface Blame {
        void blame(Connection connection, Throwable thrown);
    }

    /** The way onto the loop; says no when the loop has ended. */
    interface Hop {
        boolean run(Runnable task);
    }

    final ChannelProvider provider;
    final String type;
    final boolean dialled;
    private final Shared shared;
    private final ConnectionOwner owner;
    private final CompletableFuture<Channel> channel = new CompletableFuture<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong waitingFrames = new AtomicLong();
    private final AtomicLong unsentBytes = new AtomicLong();
    private final Object readingLock = new Object();
    private boolean pausedByBacklog;
    private boolean pausedByOwner;
    private volatile boolean closing;
    private volatile String closeReason = "";
    private volatile long lastHeardNanos;

    boolean openedSeen;
    boolean closedSeen;
    boolean up;

    /** Something but a hello came: the other end has taken it too. */
    boolean confirmed;

    /** Ended since its plugin left: nobody's fault. */
    boolean replaced;

    long upSinceNanos;
    volatile long srttNanos;

    /** The way's own length, without queues, as {@link Lans} has it; 0 while unknown. */
    volatile long shortestNanos;

    /** How often it was measured, up to {@link Lans#SURE}. */
    volatile int measured;

    long pingToken;
    long pingSentNanos;
    long pingFirstNanos;
    boolean pingOpen;
    boolean checkingRevocations;
    long knownRevocations;
    long features;
    volatile List<String> addresses = List.of();
    final Set<Message.PeerHint> toldPeers = new HashSet<>();

    /** The certificate in this node's hello, and in the other's; empty before them. */
    private volatile byte[] shownHere = {};

    private volatile byte[] shownThere = {};

    /** When something was last said about content, either way. */
    volatile long contentNanos;

    /** When symbols last went over it, either way; at first when it was made. */
    volatile long payloadNanos;

    final long openedNanos;

    /** Closed here, since it is not needed. */
    boolean givenUp;

    /** What was last said of it to {@link PeerEvents}. */
    volatile boolean toldNear;

    Connection(
            Shared shared,
            ConnectionOwner owner,
            ChannelProvider provider,
            String type,
            boolean dialled) {
        this.shared = shared;
        this.owner = owner;
        this.provider = provider;
        this.type = type;
        this.dialled = dialled;
        this.lastHeardNanos = shared.clock().nanos();
        this.openedNanos = lastHeardNanos;
        this.contentNanos = openedNanos;
        this.payloadNanos = openedNanos;
    }

    /** The channel is there; from the provider or from the first call on its thread. */
    void bind(Channel opened) {
        if (channel.complete(opened)) {
            lastHeardNanos = shared.clock().nanos();
            if (closing || !shared.loop().run(this::seeOpened)) {
                opened.close();
            }
        }
    }

    /** On the loop; only the first call counts. */
    void seeOpened() {
        if (!openedSeen && !closedSeen) {
            openedSeen = true;
            owner.opened(this);
        }
    }

    Channel channel() {
        Channel now = channel.getNow(null);
        if (now == null) {
            throw new IllegalStateException("the channel is not open yet");
        }
        return now;
    }

    NodeId node() {
        return channel().peer().node();
    }

    long lastHeardNanos() {
        return lastHeardNanos;
    }

    @Override
    public void onFrame(Channel from, Frame frame) {
        bind(from);
        lastHeardNanos = shared.clock().nanos();
        if (closing) {
            frame.release();
            return;
        }
        try {
            if (shared.codec().isSymbols(frame.bytes())) {
                symbols(frame);
            } else {
                control(frame);
            }
        } catch (MalformedException e) {
            shared.metrics().malformedFrames.increment();
            closing = true;
            from.close();
            frame.release();
            LOG.debug("{}: {}", from.peer().node().shortName(), e.getMessage());
            shared.loop().run(() -> owner.malformed(this, e.field()));
        }
    }

    private void symbols(Frame frame) {
        int bytes = frame.bytes().remaining();
        SymbolsHeader header = shared.codec().decodeSymbolsHeader(frame.bytes());
        enter(bytes);
        boolean taken =
                shared.loop()
                        .run(() -> {
                            leave(bytes);
                            owner.symbols(this, header, frame);
                        });
        if (!taken) {
            frame.release();
        }
    }

    private void control(Frame frame) {
        int bytes = frame.bytes().remaining();
        Optional<Message> message = shared.codec().decode(frame.bytes(), shownThere);
        frame.release();
        if (message.isEmpty()) {
            shared.metrics().unknownFrames.increment();
            return;
        }
        if (message.get() instanceof Message.Hello hello) {
            shownThere = hello.certificate();
        }
        enter(bytes);
        shared.loop()
                .run(() -> {
                    leave(bytes);
                    if (!closing) {
                        owner.message(this, message.get());
                    }
                });
    }

    private void enter(int bytes) {
        long frames = waitingFrames.incrementAndGet();
        if (waitingBytes.addAndGet(bytes) > shared.config().backlog().maxBytes()
                || frames > shared.config().backlog().maxFrames()) {
            synchronized (readingLock) {
                if (!pausedByBacklog) {
                    pausedByBacklog = true;
                    shared.metrics().backlogPauses.increment();
                    applyReading();
                }
            }
        }
    }

    private void leave(int bytes) {
        long frames = waitingFrames.decrementAndGet();
        if (waitingBytes.addAndGet(-bytes) <= shared.config().backlog().maxBytes() / 2
                && frames <= shared.config().backlog().maxFrames() / 2) {
            synchronized (readingLock) {
                if (pausedByBacklog) {
                    pausedByBacklog = false;
                    applyReading();
                }
            }
        }
    }

    /** What the engine wants; the backlog may still hold reading back. */
    void reading(boolean on) {
        synchronized (readingLock) {
            pausedByOwner = !on;
            applyReading();
        }
    }

    private void applyReading() {
        boolean on = !pausedByBacklog && !pausedByOwner;
        Channel open = channel();
        guarded(
                () -> {
                    open.reading(on);
                    return on;
                },
                () -> on);
    }

    /** Whether silence means nothing, since this node does not read. */
    boolean paused() {
        synchronized (readingLock) {
            return pausedByBacklog || pausedByOwner;
        }
    }

    /**
     * Sends a message, ahead of symbols that wait on the same channel.
     *
     * @return false when the channel has ended or the message is larger than its frames
     */
    boolean send(Message message) {
        if (closing) {
            return false;
        }
        ByteBuffer frame;
        try {
            frame = shared.frames().of(message, shownHere);
        } catch (IllegalArgumentException e) {
            LOG.debug("{}: not sent: {}", node().shortName(), e.getMessage());
            return false;
        }
        if (message instanceof Message.Hello hello) {
            shownHere = hello.certificate();
        }
        int bytes = frame.remaining();
        shared.metrics().control(message).add(bytes);
        if (bytes > channel().traits().maxFrameBytes()) {
            LOG.debug(
                    "{}: {} of {} bytes does not fit a frame of {} channels",
                    node().shortName(),
                    message.getClass().getSimpleName(),
                    bytes,
                    type);
            return false;
        }
        if (unsentBytes.addAndGet(bytes) > shared.config().backlog().maxUnsentBytes()) {
            shared.metrics().stuckPeers.increment();
            close("does not read: over " + shared.config().backlog().maxUnsentBytes() + " unsent");
            return false;
        }
        handOver(() -> channel().sendUrgent(frame))
                .whenComplete((_, _) -> unsentBytes.addAndGet(-bytes));
        return true;
    }

    CompletionStage<Void> sendSymbols(ByteBuffer header, ByteBuffer... payload) {
        if (closing) {
            return gone(node());
        }
        ByteBuffer[] parts = new ByteBuffer[1 + payload.length];
        parts[0] = header;
        System.arraycopy(payload, 0, parts, 1, payload.length);
        return handOver(() -> channel().send(parts));
    }

    /** What sending to a member without a channel gives. */
    static CompletionStage<Void> gone(NodeId node) {
        return CompletableFuture.failedFuture(
                new TryOtherPeerException("member " + node.shortName() + " is not connected"));
    }

    private CompletionStage<Void> handOver(Supplier<CompletionStage<Void>> sending) {
        return guarded(() -> Objects.requireNonNull(sending.get(), "no stage"), () -> gone(node()));
    }

    boolean writable() {
        return !closing && guarded(() -> channel().writable(), () -> false);
    }

    /** Calls the plugin's channel, which must not throw: one that does ends. */
    @SuppressWarnings("CatchingUnchecked") // a plugin may throw anything; no loop may end of it
    private <T> T guarded(Supplier<T> call, Supplier<T> broken) {
        try {
            return call.get();
        } catch (Throwable e) {
            shared.blame().blame(this, e);
            close("its plugin threw: " + Errors.text(e));
            return broken.get();
        }
    }

    /** Ends it, from any thread; {@code closed} follows on the loop. */
    void close(String reason) {
        if (!closing) {
            closing = true;
            LOG.debug("channel {} closes: {}", describe(), reason);
        }
        if (closeReason.isEmpty()) {
            closeReason = reason;
        }
        @Nullable Channel open = channel.getNow(null);
        if (open != null) {
            shut(open);
            // Not left to the plugin: a channel that does not report its end must not linger here.
            shared.loop().run(() -> seeClosed(reason));
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private void shut(Channel open) {
        try {
            open.close();
        } catch (Throwable e) {
            shared.blame().blame(this, e);
        }
    }

    /** A channel that has ended, but whose end is still on its way to the loop, ends now. */
    void settle() {
        if (closing) {
            seeClosed("the channel ended");
        }
    }

    private void seeClosed(String reason) {
        if (!closedSeen) {
            closedSeen = true;
            owner.closed(this, closeReason.isEmpty() ? reason : closeReason);
        }
    }

    boolean closing() {
        return closing;
    }

    private String describe() {
        @Nullable Channel open = channel.getNow(null);
        return type + (open == null ? "" : " " + open.peer().node().shortName());
    }

    @Override
    public void onWritable(Channel from) {
        shared.loop().run(() -> owner.writable(this));
    }

    @Override
    public void onClosed(Channel from, String reason) {
        bind(from);
        if (closeReason.isEmpty()) {
            closeReason = reason;
        }
        closing = true;
        shared.loop().run(() -> seeClosed(reason));
    }
}
