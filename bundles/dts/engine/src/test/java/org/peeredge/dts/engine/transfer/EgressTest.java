// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.kernel.api.TryOtherPeerException;

/** Requests on their way through the sending: in order, in turn, within bounds. */
class EgressTest extends EgressFixture {
    @Test
    void sentMeansThatTheBytesHaveLeft() {
        BufferPool pool = pool(2);
        Egress egress = egress(pool);
        Message.GetSymbols last = piece(PIECES - 1);
        egress.send(A, last);
        read();
        byte[] got = new byte[Pieces.length(bytes.length, PIECES - 1)];
        assertEquals(got.length, sendings.getFirst().payload().remaining());
        sendings.getFirst().payload().duplicate().get(got);
        byte[] expected = new byte[got.length];
        System.arraycopy(
                bytes, (int) Pieces.offset(bytes.length, PIECES - 1), expected, 0, expected.length);
        assertArrayEquals(expected, got);
        assertEquals(List.of(), events);
        assertEquals(1, held(pool, 2));
        sendings.getFirst().done().complete(null);
        assertEquals(List.of(sent(A, last)), events);
        assertEquals(got.length, sentBytes);
        assertEquals(0, held(pool, 2));
    }

    @Test
    void refusalsAreSentAndCounted() {
        BufferPool pool = pool(2);
        Egress egress = egress(pool);
        Message.GetSymbols unknown =
                new Message.GetSymbols(
                        new Digest("sha256", "0".repeat(64)),
                        0,
                        piece(0).codec(),
                        0,
                        1,
                        new byte[0]);
        Message.GetSymbols tooMany =
                new Message.GetSymbols(digest, 0, piece(0).codec(), 0, 3, new byte[0]);
        Message.GetSymbols beyond =
                new Message.GetSymbols(digest, 0, piece(0).codec(), 3, 2, new byte[0]);
        Message.GetSymbols noCodec =
                new Message.GetSymbols(
                        digest, 1, new CodecId("raptor", 4, 0, 1024), 0, 1, new byte[0]);
        for (Message.GetSymbols r : List.of(unknown, tooMany, beyond, noCodec)) {
            egress.send(A, r);
            read();
            assertTrue(events.contains(notSent(A, r)), r.toString());
        }
        threads.close();
        egress.send(A, piece(5));
        assertTrue(events.contains(notSent(A, piece(5))));
        assertEquals(
                List.of(
                        Refusal.NOT_HELD,
                        Refusal.BAD_REQUEST,
                        Refusal.BAD_REQUEST,
                        Refusal.BAD_REQUEST,
                        Refusal.BUSY),
                refusals.stream().map(Message.Refused::reason).toList());
        assertEquals(List.of(), sendings);
        assertEquals(0, held(pool, 2));
        assertEquals(List.of(), tripped);
    }

    @Test
    void aGroupGoesInOneAnswer() {
        BufferPool pool = pool(4);
        Egress egress = egress(pool);
        Message.GetSymbols group =
                new Message.GetSymbols(digest, 1, piece(4).codec(), 0, 4, new byte[0]);
        egress.send(A, group);
        egress.send(B, piece(0));
        read();
        assertEquals(1, sendings.size(), "B waits for a buffer");
        assertEquals(4, held(pool, 4));
        byte[] got = new byte[sendings.getFirst().payload().remaining()];
        sendings.getFirst().payload().duplicate().get(got);
        int from = (int) Pieces.offset(bytes.length, 4);
        assertArrayEquals(java.util.Arrays.copyOfRange(bytes, from, bytes.length), got);
        assertEquals(4, sendings.getFirst().header().count());
        sendings.getFirst().done().complete(null);
        assertEquals(got.length, sentBytes);
        finishAll();
        assertEquals(List.of(sent(A, group), sent(B, piece(0))), events);
        assertEquals(0, held(pool, 4));
    }

    @Test
    void whatIsTakenBackInTimeIsNeverSent() {
        Egress egress = egress(pool(1));
        egress.send(A, piece(0));
        egress.send(A, piece(1));
        egress.send(A, piece(2));
        egress.cancel(A, new Message.Cancel(digest, 0, 1));
        egress.cancel(A, new Message.Cancel(digest, 0, 1));
        assertEquals(List.of(notSent(A, piece(1))), events);
        finishAll();
        assertEquals(List.of(0, 2), sendings.stream().map(s -> s.header().first()).toList());
        assertEquals(List.of(notSent(A, piece(1)), sent(A, piece(0)), sent(A, piece(2))), events);
    }

    @Test
    void aPeerThatGoesLeavesNothing() {
        BufferPool pool = pool(4);
        Egress egress = egress(pool);
        for (int i = 0; i < 5; i++) {
            egress.send(A, piece(i));
        }
        read();
        assertEquals(2, sendings.size());
        egress.down(A);
        List<Event> waited =
                List.of(notSent(A, piece(2)), notSent(A, piece(3)), notSent(A, piece(4)));
        assertEquals(waited, events);
        List.copyOf(sendings)
                .forEach(s -> s.done().completeExceptionally(new TryOtherPeerException("gone")));
        assertTrue(events.containsAll(List.of(notSent(A, piece(0)), notSent(A, piece(1)))));
        assertEquals(5, events.size());
        assertEquals(0, sentBytes);
        assertEquals(0, held(pool, 4));
        egress.send(A, piece(7)); // it came back
        finishAll();
        assertEquals(6, events.size());
    }

    @Test
    void peersTakeTurns() {
        Egress egress = egress(pool(1));
        for (int i = 0; i < 4; i++) {
            egress.send(A, piece(i));
        }
        egress.send(B, piece(0));
        egress.send(B, piece(1));
        finishAll();
        assertEquals(List.of(A, B, A, B, A, A), sendings.stream().map(Sending::to).toList());
        // ... and each peer's are in its order.
        assertEquals(
                List.of(0, 1, 2, 3),
                sendings.stream()
                        .filter(s -> s.to().equals(A))
                        .map(s -> s.header().first())
                        .toList());
    }

    @Test
    void noMorePiecesAreHeldThanThereAreBuffers() {
        BufferPool pool = pool(3);
        Egress egress = egress(pool);
        for (int peer = 0; peer < 5; peer++) {
            for (int i = 0; i < 4; i++) {
                egress.send(node((char) ('0' + peer)), piece(i));
            }
        }
        read();
        assertEquals(3, sendings.size());
        finishAll();
        assertEquals(20, sendings.size());
        assertEquals(20, events.size());
        assertEquals(3L * Pieces.MIN_PIECE_BYTES, pool.heldBytes());
    }

    @Test
    void aCodecThatBreaksIsTrippedAndNothingIsLost() {
        codecs.add("rs", 0, new Broken());
        BufferPool pool = pool(2);
        Egress egress = egress(pool);
        for (int i = 0; i < 4; i++) {
            Message.GetSymbols r =
                    new Message.GetSymbols(
                            digest, 0, new CodecId("rs", 4, 2, 1024), i, 1, new byte[0]);
            egress.send(A, r);
            read();
            assertTrue(events.contains(notSent(A, r)));
        }
        assertEquals(List.of("rs"), tripped);
        assertEquals(0, held(pool, 2));
        assertEquals(4, refusals.size());
    }

    @Test
    void aBlobThatGoesAwayIsNotTheCodecsFault() {
        Egress egress = egress(pool(2));
        egress.send(A, piece(0));
        finishAll();
        store.gate =
                () -> {
                    throw new IllegalStateException("the disk is gone");
                };
        for (int i = 0; i < 5; i++) {
            egress.send(A, piece(0));
            read();
        }
        assertEquals(5, refusals.size());
        assertEquals(List.of(), tripped);
    }

    /** As a plugin whose bundle was half updated. */
    private static final class Broken implements CodecProvider {
        @Override
        public String type() {
            return "rs";
        }

        @Override
        public void check(CodecId id) {}

        @Override
        public long workingBytes(CodecId id) {
            return 0;
        }

        @Override
        public Encoder prepare(CodecId id, GroupSource group) {
            throw new NoClassDefFoundError("com/example/Tables");
        }

        @Override
        public Decoder decoder(CodecId id, int groupBytes) {
            throw new UnsupportedOperationException();
        }
    }
}
