// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.codec.none.NoneCodec;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.TestClock;

/** Sending, with threads and loop on this thread and channels that the test completes. */
abstract class EgressFixture {
    static final int PIECES = 8;
    static final Duration TIMEOUT = Duration.ofSeconds(15);
    static final NodeId A = node('a');
    static final NodeId B = node('b');

    final MemoryStore store = new MemoryStore();
    final List<String> tripped = new ArrayList<>();
    final Blobs blobs = new Blobs(store);
    final PluginSlots<CodecProvider> codecs =
            new PluginSlots<>(Duration.ZERO, 3, (type, reason) -> tripped.add(type));
    final ByHand hand = new ByHand();
    final CodecThreads threads = hand.codecs(32);
    final Encoders encoders = new Encoders(blobs, codecs, 4, threads);
    final List<Sending> sendings = new ArrayList<>();
    final List<Message.Refused> refusals = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<NodeId> cut = new ArrayList<>();
    final TestClock clock = new TestClock();
    final byte[] bytes = new byte[PIECES * Pieces.MIN_PIECE_BYTES - 10];
    final Digest digest;
    long sentBytes;
    int timeouts;

    EgressFixture() {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i / Pieces.MIN_PIECE_BYTES + i);
        }
        digest = store.put(bytes);
        codecs.add("none", 0, new NoneCodec());
    }

    record Sending(
            NodeId to, SymbolsHeader header, ByteBuffer payload, CompletableFuture<Void> done) {}

    static NodeId node(char digit) {
        return new NodeId(String.valueOf(digit).repeat(40));
    }

    Egress egress(BufferPool buffers) {
        return new Egress(
                encoders,
                blobs::size,
                buffers,
                threads,
                Runnable::run,
                clock,
                TIMEOUT,
                new Egress.Outlet() {
                    @Override
                    public CompletionStage<Void> sendSymbols(
                            NodeId to, SymbolsHeader header, ByteBuffer... payload) {
                        Sending s =
                                new Sending(to, header, joined(payload), new CompletableFuture<>());
                        sendings.add(s);
                        return s.done;
                    }

                    @Override
                    public boolean send(NodeId to, Message message) {
                        refusals.add((Message.Refused) message);
                        return true;
                    }

                    @Override
                    public void disconnect(NodeId peer, String reason, Duration ban) {
                        cut.add(peer);
                    }
                },
                new Egress.Counts() {
                    @Override
                    public void sent(int n) {
                        sentBytes += n;
                    }

                    @Override
                    public void timedOut() {
                        timeouts++;
                    }
                },
                events::add);
    }

    /** What goes over the wire; a single part as it is. */
    private static ByteBuffer joined(ByteBuffer... parts) {
        if (parts.length == 1) {
            return parts[0];
        }
        ByteBuffer all = ByteBuffer.allocate(parts.length * Pieces.MIN_PIECE_BYTES);
        for (ByteBuffer part : parts) {
            all.put(part.duplicate());
        }
        return all.flip();
    }

    static BufferPool pool(int buffers) {
        return new BufferPool(Pieces.MIN_PIECE_BYTES, buffers);
    }

    Message.GetSymbols piece(int piece) {
        return new Message.GetSymbols(
                digest,
                piece / Pieces.GROUP_PIECES,
                new CodecId("none", Pieces.GROUP_PIECES, 0, Pieces.MIN_PIECE_BYTES),
                piece % Pieces.GROUP_PIECES,
                1,
                new byte[0]);
    }

    static Event sent(NodeId to, Message.GetSymbols r) {
        return new Event.SymbolsDone(to, r.digest(), r.group(), r.first(), true);
    }

    static Event notSent(NodeId to, Message.GetSymbols r) {
        return new Event.SymbolsDone(to, r.digest(), r.group(), r.first(), false);
    }

    void read() {
        hand.run();
    }

    static int held(BufferPool pool, int max) {
        List<ByteBuffer> taken = new ArrayList<>();
        while (taken.size() <= max) {
            var buffer = pool.take(1);
            if (buffer.isEmpty()) {
                break;
            }
            taken.add(buffer.get()[0]);
        }
        pool.give(taken.toArray(new ByteBuffer[0]));
        return max - taken.size();
    }

    void finishAll() {
        read();
        for (int i = 0; i < sendings.size(); i++) {
            sendings.get(i).done.complete(null);
            read();
        }
    }
}
