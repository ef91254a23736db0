// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;

/** Any k symbols restore the block, whichever kernel made or takes them. */
class FftLossTest {
    /** k, m, bytes of a symbol, bytes that the last symbol lacks. */
    private static final int[][] SHAPES = {
        {1, 0, 5, 0},
        {1, 1, 5, 2},
        {2, 1, 7, 1},
        {2, 2, 1, 0},
        {3, 2, 64, 63},
        {3, 3, 63, 5},
        {4, 0, 100, 1},
        {4, 2, 1301, 100},
        {5, 5, 65, 0},
        {8, 3, 129, 17},
        {10, 4, 1000, 1},
        {17, 16, 333, 0},
        {32, 16, 64, 0},
        {32, 17, 72, 9},
        {100, 20, 128, 0},
        {128, 128, 3, 1},
        {192, 64, 65, 0},
        {193, 64, 66, 1},
        {200, 50, 2, 1},
        {200, 130, 4, 3},
        {255, 1, 9, 4},
        {256, 256, 126, 0},
        {256, 2, 130, 0},
        {300, 3, 190, 7},
        {500, 33, 192, 100},
        {700, 129, 62, 0},
        {1000, 200, 64, 0},
        {1000, 1000, 32, 1},
        {1024, 512, 1216, 0},
        {2049, 1025, 34, 5},
        {5000, 513, 40, 2},
    };

    @Test
    void anySymbolsRestoreTheBlock() throws IOException {
        for (int[] shape : SHAPES) {
            CodecId id = new CodecId("fft", shape[0], shape[1], shape[2]);
            byte[] block = Blocks.bytes(shape[0], shape[0] * shape[2] - shape[3]);
            List<ByteBuffer> symbols = symbols(id, block);
            int trials = shape[0] * shape[2] > 100_000 ? 2 : 12;
            for (CodecProvider codec : Blocks.codecs()) {
                try (Decoder decoder = codec.decoder(id, block.length)) {
                    for (int seed = 0; seed < trials; seed++) {
                        decoder.reset(block.length);
                        restore(decoder, id, symbols, order(id, seed), block);
                    }
                }
            }
        }
    }

    /** All symbols, from the plain encoder and from that with vectors in turns; both agree. */
    private static List<ByteBuffer> symbols(CodecId id, byte[] block) throws IOException {
        List<ByteBuffer> made = new ArrayList<>();
        for (CodecProvider codec : Blocks.codecs()) {
            int n = id.sourceSymbols() + id.repairSymbols();
            ByteBuffer all = ByteBuffer.allocate(n * id.symbolBytes());
            try (Encoder encoder = codec.prepare(id, Blocks.source(block))) {
                encoder.encode(0, n, all);
            }
            made.add(all.flip());
        }
        assertEquals(made.get(0), made.get(1), id.toString());
        List<ByteBuffer> symbols = new ArrayList<>();
        ByteBuffer from = made.get(0);
        int last = id.sourceSymbols() - 1;
        for (int i = 0; from.hasRemaining(); i++) {
            int start = from.position();
            int length = i == last ? block.length - last * id.symbolBytes() : id.symbolBytes();
            symbols.add(from.slice(start, length));
            from.position(start + length);
        }
        return symbols;
    }

    /** Random; every third time the source symbols come last, every third time the first half. */
    private static List<Integer> order(CodecId id, int seed) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < id.sourceSymbols() + id.repairSymbols(); i++) {
            numbers.add(i);
        }
        if (seed % 3 == 0) {
            Collections.shuffle(numbers, new Random(seed));
        } else if (seed % 3 == 1) {
            Collections.reverse(numbers);
        } else {
            Collections.rotate(numbers, seed * 7);
        }
        return numbers;
    }

    private static void restore(
            Decoder decoder,
            CodecId id,
            List<ByteBuffer> symbols,
            List<Integer> order,
            byte[] block) {
        for (int i = 0; i < id.sourceSymbols(); i++) {
            assertFalse(decoder.ready());
            int number = order.get(i);
            boolean ready = decoder.offer(number, symbols.get(number).duplicate());
            assertEquals(i == id.sourceSymbols() - 1, ready);
            assertEquals(ready, decoder.offer(number, symbols.get(number).duplicate()));
        }
        for (int again = 0; again < 2; again++) {
            byte[] restored = new byte[block.length];
            decoder.recover(ByteBuffer.wrap(restored));
            assertArrayEquals(block, restored, id.toString());
        }
    }

    @Test
    void whatIsOfferedAfterEnoughChangesNothing() throws IOException {
        CodecId id = new CodecId("fft", 20, 10, 50);
        byte[] block = Blocks.bytes(3, 990);
        List<ByteBuffer> symbols = symbols(id, block);
        for (CodecProvider codec : Blocks.codecs()) {
            try (Decoder decoder = codec.decoder(id, block.length)) {
                for (int i = 10; i < 30; i++) {
                    decoder.offer(i, symbols.get(i).duplicate());
                }
                for (int i = 0; i < 10; i++) {
                    assertTrue(decoder.offer(i, ByteBuffer.allocate(50)));
                }
                byte[] restored = new byte[block.length];
                decoder.recover(ByteBuffer.wrap(restored));
                assertArrayEquals(block, restored);
            }
        }
    }

    @Test
    void numbersAndLengthsThatTheCodeDoesNotHaveAreRefused() throws IOException {
        CodecId id = new CodecId("fft", 300, 40, 38);
        byte[] block = Blocks.bytes(4, 300 * 38 - 11);
        List<ByteBuffer> symbols = symbols(id, block);
        Random random = new Random(5);
        for (CodecProvider codec : Blocks.codecs()) {
            try (Decoder decoder = codec.decoder(id, block.length)) {
                for (int i = 0; i < 2000; i++) {
                    int number = random.nextInt(-400, 700);
                    ByteBuffer symbol = ByteBuffer.allocate(random.nextInt(45));
                    boolean has = number >= 0 && number < 340;
                    int length = number == 299 ? 27 : 38;
                    if (!has || symbol.capacity() != length) {
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> decoder.offer(number, symbol));
                    }
                }
                restore(decoder, id, symbols, order(id, 0), block);
            }
        }
    }

    @Test
    void workingMemoryIsStated() {
        FftCodec codec = Blocks.codecs().get(0);
        long small = codec.workingBytes(new CodecId("fft", 4, 2, 1000));
        assertTrue(small > 6000 && small < 1 << 20, small + " bytes");
        long large = codec.workingBytes(new CodecId("fft", 1024, 512, 1216));
        assertTrue(large > 1536 * 1216 && large < 3 << 20, large + " bytes");
    }

    @Test
    void closedIsClosed() throws IOException {
        CodecId id = new CodecId("fft", 4, 2, 8);
        FftCodec codec = Blocks.codecs().get(1);
        Encoder encoder = codec.prepare(id, Blocks.source(new byte[32]));
        encoder.close();
        encoder.close();
        assertThrows(
                IllegalStateException.class, () -> encoder.encode(4, 1, ByteBuffer.allocate(8)));
        Decoder decoder = codec.decoder(id, 32);
        decoder.close();
        decoder.close();
        assertThrows(IllegalStateException.class, () -> decoder.offer(0, ByteBuffer.allocate(8)));
    }
}
