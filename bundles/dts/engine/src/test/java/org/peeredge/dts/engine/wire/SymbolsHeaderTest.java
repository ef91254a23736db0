// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;

/** The data frame: good, cut short, wrong length, random bytes. */
class SymbolsHeaderTest {
    private final MessageCodec codec = new MessageCodec();
    private final SymbolsHeader header =
            new SymbolsHeader(
                    Samples.LONG_DIGEST,
                    77,
                    new CodecId("raptorq", 10, -1, 100),
                    9,
                    2,
                    new byte[] {1, 2, 3});

    private ByteBuffer frame(int payloadBytes) {
        ByteBuffer head = codec.encodeSymbolsHeader(header);
        return ByteBuffer.allocate(head.remaining() + payloadBytes)
                .put(head)
                .put(new byte[payloadBytes])
                .flip();
    }

    @Test
    void goodOneComesBackAtItsPayload() {
        for (int payload : new int[] {1, 150, 200}) {
            ByteBuffer frame = frame(payload);
            assertTrue(codec.isSymbols(frame));
            SymbolsHeader read = codec.decodeSymbolsHeader(frame);
            assertEquals(header.digest(), read.digest());
            assertEquals(header.group(), read.group());
            assertEquals(header.codec(), read.codec());
            assertEquals(header.first(), read.first());
            assertEquals(header.count(), read.count());
            assertArrayEquals(header.receipt(), read.receipt());
            assertEquals(payload, frame.remaining());
        }
    }

    @Test
    void sliceInsideALargerBufferIsRead() {
        ByteBuffer inner = frame(10);
        ByteBuffer outer = ByteBuffer.allocateDirect(inner.remaining() + 14);
        outer.position(7).put(inner);
        outer.position(7).limit(outer.capacity() - 7);
        assertEquals(77, codec.decodeSymbolsHeader(outer).group());
        assertEquals(10, outer.remaining());
    }

    @Test
    void cutShortAtEachByteIsMalformed() {
        byte[] whole = Samples.bytes(frame(1));
        for (int n = 0; n < whole.length; n++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, n);
            assertThrows(
                    MalformedException.class, () -> codec.decodeSymbolsHeader(cut), "cut at " + n);
        }
    }

    @Test
    void payloadLongerThanItsSymbolsIsMalformed() {
        assertThrows(MalformedException.class, () -> codec.decodeSymbolsHeader(frame(201)));
    }

    @Test
    void messageIsNoSymbolsAndSymbolsAreNoMessage() {
        assertFalse(codec.isSymbols(codec.encode(new Message.Ping(1))));
        assertThrows(MalformedException.class, () -> codec.decode(frame(1)));
        assertThrows(
                MalformedException.class,
                () -> codec.decodeSymbolsHeader(codec.encode(new Message.Ping(1))));
    }

    @Test
    void wrongVersionIsMalformed() {
        ByteBuffer frame = frame(1).put(0, (byte) 9);
        assertThrows(MalformedException.class, () -> codec.isSymbols(frame));
        assertThrows(MalformedException.class, () -> codec.decodeSymbolsHeader(frame));
    }

    @Test
    void randomBytesAreReadOrRefused() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        byte[] good = Samples.bytes(frame(50));
        for (int i = 0; i < 50_000; i++) {
            byte[] bad = good.clone();
            for (int k = random.nextInt(1, 5); k > 0; k--) {
                bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt();
            }
            try {
                SymbolsHeader read = codec.decodeSymbolsHeader(ByteBuffer.wrap(bad));
                assertTrue(read.count() >= 1 && read.count() <= Limits.MAX_SYMBOLS);
            } catch (MalformedException e) {
                assertTrue(e.field().startsWith("symbols."), e.field());
            }
        }
    }

    @Test
    void limitsHoldWhenSending() {
        SymbolsHeader many = new SymbolsHeader(Samples.DIGEST, 0, Samples.NONE, 0, 65, new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> codec.encodeSymbolsHeader(many));
        SymbolsHeader receipt =
                new SymbolsHeader(Samples.DIGEST, 0, Samples.NONE, 0, 1, new byte[1025]);
        assertThrows(IllegalArgumentException.class, () -> codec.encodeSymbolsHeader(receipt));
    }
}
