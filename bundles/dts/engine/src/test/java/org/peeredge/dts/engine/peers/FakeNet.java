// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.trust.Membership;

/** Channels in virtual time, with links that can be silenced: what TCP does when a cable is cut. */
final class FakeNet {
    static final String TYPE = "fake";

    final VirtualTime time;
    final Map<PeerAddress, Provider> doors = new HashMap<>();
    final Set<PeerAddress> silent = new HashSet<>();
    final Set<Pipe> open = new LinkedHashSet<>();
    ToLongFunction<PeerAddress> delayMicros = _ -> 1000;
    int framesOut;
    int framesReleased;

    FakeNet(VirtualTime time) {
        this.time = time;
    }

    PeerAddress address(int port) {
        return new PeerAddress(TYPE, "10.0.0." + port, port);
    }

    /** Every second end: each pipe once. */
    long channels() {
        return open.stream().filter(p -> p.dialler && !p.closed).count();
    }

    final class Provider implements ChannelProvider {
        final Membership self;
        final PeerAddress at;
        boolean hangs;
        boolean throwsOnConnect;
        boolean neverListens;
        boolean throwsOnSymbols; // and on no message
        boolean unreachable; // from outside, as behind a router
        @Nullable ChannelAcceptor acceptor;
        int opened;

        Provider(Membership self, PeerAddress at) {
            this.self = self;
            this.at = at;
        }

        @Override
        public ChannelTraits traits() {
            return new ChannelTraits(TYPE, true, true, 1 << 20);
        }

        @Override
        public CompletionStage<Listening> listen(ChannelAcceptor to) {
            if (neverListens) {
                return new CompletableFuture<>();
            }
            acceptor = to;
            if (!unreachable) {
                doors.put(at, this);
            }
            return CompletableFuture.completedFuture(
                    new Listening() {
                        @Override
                        public List<PeerAddress> addresses() {
                            return List.of(at);
                        }

                        @Override
                        public void close() {
                            doors.remove(at, Provider.this);
                        }
                    });
        }

        @Override
        public CompletionStage<Channel> connect(
                PeerAddress to, ChannelListener listener, Duration timeout) {
            if (throwsOnConnect) {
                throw new IllegalStateException("a broken plugin");
            }
            CompletableFuture<Channel> out = new CompletableFuture<>();
            Duration delay = Duration.ofNanos(1000 * delayMicros.applyAsLong(to));
            if (!hangs) {
                time.at(delay, () -> connectNow(to, listener, out));
            }
            return out;
        }

        private void connectNow(
                PeerAddress to, ChannelListener listener, CompletableFuture<Channel> out) {
            Provider there = doors.get(to);
            if (there == null || there.acceptor == null || cut(at, to)) {
                out.completeExceptionally(new TryOtherPeerException("nobody at " + to));
                return;
            }
            Pipe a = new Pipe(this, there, true, delayMicros.applyAsLong(to));
            Pipe b = new Pipe(there, this, false, delayMicros.applyAsLong(to));
            a.other = b;
            b.other = a;
            a.listener = listener;
            b.listener = there.acceptor.accepted(b);
            open.add(a);
            open.add(b);
            opened++;
            there.opened++;
            out.complete(a);
        }
    }

    boolean cut(PeerAddress a, PeerAddress b) {
        return silent.contains(a) || silent.contains(b);
    }

    final class Pipe implements Channel {
        final Provider mine;
        final Provider theirs;
        final boolean dialler;
        final long micros;
        final List<byte[]> held = new ArrayList<>();
        @Nullable Pipe other;
        @Nullable ChannelListener listener;
        boolean closed;
        boolean reading = true;
        int pauses;
        boolean writable = true;

        Pipe(Provider mine, Provider theirs, boolean dialler, long micros) {
            this.mine = mine;
            this.theirs = theirs;
            this.dialler = dialler;
            this.micros = micros;
        }

        private Pipe other() {
            return Objects.requireNonNull(other);
        }

        private ChannelListener listener() {
            return Objects.requireNonNull(listener);
        }

        @Override
        public Membership peer() {
            return theirs.self;
        }

        @Override
        public PeerAddress remote() {
            return dialler ? theirs.at : new PeerAddress(TYPE, theirs.at.host(), 50_000);
        }

        @Override
        public ChannelTraits traits() {
            return mine.traits();
        }

        @Override
        public CompletionStage<Void> send(ByteBuffer... parts) {
            if (mine.throwsOnSymbols && parts.length > 1) {
                throw new NoClassDefFoundError("a broken plugin");
            }
            int length = 0;
            for (ByteBuffer p : parts) {
                length += p.remaining();
            }
            ByteBuffer all = ByteBuffer.allocate(length);
            for (ByteBuffer p : parts) {
                all.put(p.duplicate());
            }
            CompletableFuture<Void> sent = new CompletableFuture<>();
            if (closed) {
                sent.completeExceptionally(new TryOtherPeerException("closed"));
                return sent;
            }
            later(() -> {
                if (!cut(mine.at, theirs.at)) {
                    other().arrive(all.array());
                    sent.complete(null);
                }
            });
            return sent;
        }

        void arrive(byte[] bytes) {
            if (closed) {
                return;
            }
            held.add(bytes);
            drain();
        }

        private void drain() {
            while (reading && !closed && !held.isEmpty()) {
                ByteBuffer bytes = ByteBuffer.wrap(held.removeFirst());
                framesOut++;
                boolean[] released = new boolean[1];
                listener()
                        .onFrame(
                                this,
                                new Frame() {
                                    @Override
                                    public ByteBuffer bytes() {
                                        return bytes;
                                    }

                                    @Override
                                    public void release() {
                                        if (released[0]) {
                                            throw new IllegalStateException("released twice");
                                        }
                                        released[0] = true;
                                        framesReleased++;
                                    }
                                });
            }
        }

        @Override
        public boolean writable() {
            return writable && !closed;
        }

        @Override
        public void reading(boolean on) {
            if (reading && !on) {
                pauses++;
            }
            boolean again = on && !reading;
            reading = on;
            if (again) {
                time.at(Duration.ZERO, this::drain);
            }
        }

        @Override
        public void close() {
            if (!closed) {
                over("closed here");
                later(() -> {
                    if (!cut(mine.at, theirs.at)) {
                        other().over("closed there");
                    }
                });
            }
        }

        private void over(String reason) {
            if (!closed) {
                closed = true;
                open.remove(this);
                listener().onClosed(this, reason);
            }
        }

        private void later(Runnable what) {
            time.at(Duration.ofNanos(1000 * micros), what);
        }
    }
}
