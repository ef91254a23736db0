// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.PluginSlots;

/** Prepared encoders are kept within a bound, used again, and closed once nobody uses them. */
class EncodersTest {
    private static final CodecId ID = new CodecId("count", 4, 4, 16);

    private final MemoryStore store = new MemoryStore();
    private final PluginSlots<CodecProvider> codecs =
            new PluginSlots<>(Duration.ZERO, 3, (type, reason) -> {});
    private final Counting codec = new Counting();
    private final ByHand hand = new ByHand();
    private final Encoders encoders = new Encoders(new Blobs(store), codecs, 3, hand.codecs(4));
    private final Digest digest = store.put(new byte[20 * Pieces.MIN_PIECE_BYTES]);

    EncodersTest() {
        codecs.add("count", 0, codec);
    }

    private void encode(int group) throws IOException {
        encoders.encode(
                digest, 20L * Pieces.MIN_PIECE_BYTES, group, ID, 0, 1, ByteBuffer.allocate(16));
        hand.run();
    }

    @Test
    void aGroupIsPreparedOnce() throws IOException {
        for (int i = 0; i < 10; i++) {
            encode(0);
        }
        assertEquals(List.of(0L), codec.prepared);
        assertEquals(0, codec.closed);
    }

    @Test
    void theLeastRecentlyUsedGoesFirst() throws IOException {
        encode(0);
        encode(1);
        encode(2);
        encode(0);
        encode(3);
        assertEquals(1, codec.closed);
        encode(0);
        assertEquals(4, codec.prepared.size());
        encode(1);
        assertEquals(5, codec.prepared.size());
        encoders.close();
        hand.run();
        assertEquals(5, codec.closed);
    }

    @Test
    void whatIsInUseIsClosedAfterwards() throws IOException {
        codec.during =
                () -> {
                    codec.during = () -> {};
                    encoders.drop(digest);
                    hand.run();
                    assertEquals(0, codec.closed);
                };
        encode(0);
        assertEquals(1, codec.closed);
        encode(0);
        assertEquals(2, codec.prepared.size());
    }

    @Test
    void aLeavingPluginLeavesNoEncoder() throws IOException {
        encode(0);
        encode(1);
        codecs.remove(codec);
        var closed = encoders.drop(codec);
        assertFalse(closed.isDone());
        hand.run();
        assertTrue(closed.isDone());
        assertEquals(2, codec.closed);
        assertThrows(RetryLaterException.class, () -> encode(0), "it is being swapped");
        codecs.add("count", 0, codec);
        encode(0);
    }

    private static final class Counting implements CodecProvider {
        final List<Long> prepared = new ArrayList<>();
        int closed;
        int written = 16;
        Runnable during = () -> {};

        @Override
        public String type() {
            return "count";
        }

        @Override
        public void check(CodecId id) {}

        @Override
        public long workingBytes(CodecId id) {
            return 0;
        }

        @Override
        public Encoder prepare(CodecId id, GroupSource group) {
            prepared.add((long) prepared.size());
            return new Encoder() {
                @Override
                public void encode(int first, int count, ByteBuffer into) {
                    during.run();
                    into.position(into.position() + written);
                }

                @Override
                public void reset(GroupSource next) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void close() {
                    closed++;
                }
            };
        }

        @Override
        public Decoder decoder(CodecId id, int groupBytes) {
            throw new UnsupportedOperationException();
        }
    }
}
