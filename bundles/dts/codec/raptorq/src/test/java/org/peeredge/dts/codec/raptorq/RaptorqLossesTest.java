// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;

class RaptorqLossesTest {
    private static final int[] COUNTS = {1, 2, 3, 7, 10, 11, 26, 50, 101, 257, 1000};
    private static final int[] SIZES = {1, 2, 7, 63, 64, 65, 100, 255, 256, 300, 1301};

    static List<Gf256Kernel> kernels() {
        List<Gf256Kernel> all = Gf256Kernels.all();
        assertEquals(2, all.size(), "kernels");
        return all;
    }

    /** Any mix of source and repair symbols, in any order; one decoder for all of a shape. */
    @ParameterizedTest
    @MethodSource("kernels")
    void anyEnoughSymbolsRestoreTheBlock(Gf256Kernel kernel) throws IOException {
        RaptorqCodec codec = new RaptorqCodec(kernel);
        Random random = new Random(1);
        for (int k : COUNTS) {
            for (int t : SIZES) {
                if (k * t > 300_000) {
                    continue;
                }
                int size = k * t - random.nextInt(t);
                TestBlock block = TestBlock.of(k * 10_000L + t, size);
                CodecId id = TestBlock.id(k, t);
                try (Encoder encoder = codec.prepare(id, block);
                        Encoder other = codec.prepare(id, block);
                        Decoder decoder = codec.decoder(id, size)) {
                    for (int loss : new int[] {0, 10, 50, 100}) {
                        List<Integer> numbers = numbers(random, k, loss);
                        restores(List.of(encoder, other), decoder, id, block, numbers);
                        decoder.reset(size);
                    }
                }
            }
        }
    }

    private static List<Integer> numbers(Random random, int k, int lossPercent) {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (int i = 0; i < k; i++) {
            if (random.nextInt(100) >= lossPercent) {
                numbers.add(i);
            }
        }
        int bound = random.nextBoolean() ? 3 * k + 20 : RaptorqCodec.SYMBOLS - k;
        while (numbers.size() < k + 6) {
            numbers.add(k + random.nextInt(bound));
        }
        List<Integer> list = new ArrayList<>(numbers);
        Collections.shuffle(list, random);
        return list;
    }

    private static void restores(
            List<Encoder> encoders,
            Decoder decoder,
            CodecId id,
            TestBlock block,
            List<Integer> numbers)
            throws IOException {
        int offered = 0;
        for (int number : numbers) {
            assertFalse(decoder.ready());
            Encoder encoder = encoders.get(offered++ % encoders.size());
            ByteBuffer symbol = TestBlock.symbol(encoder, number, id.symbolBytes());
            int position = symbol.position();
            if (decoder.offer(number, symbol)) {
                break;
            }
            assertEquals(position, symbol.position());
        }
        assertTrue(decoder.ready(), id + " from " + numbers);
        assertTrue(offered >= id.sourceSymbols(), id + " from " + offered);
        for (int again = 0; again < 2; again++) {
            ByteBuffer into = ByteBuffer.allocate(block.sizeBytes());
            decoder.recover(into);
            assertArrayEquals(block.bytes(), into.array(), id + " from " + numbers);
        }
    }

    /** What does not belong is refused; then the decoder does what it should. */
    @Test
    void fuzzedSymbolsDoNoHarm() throws IOException {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.all().getLast());
        Random random = new Random(2);
        for (int run = 0; run < 100; run++) {
            int k = 1 + random.nextInt(40);
            int t = 1 + random.nextInt(100);
            int size = k * t - random.nextInt(t);
            TestBlock block = TestBlock.of(run, size);
            CodecId id = TestBlock.id(k, t);
            try (Encoder encoder = codec.prepare(id, block);
                    Decoder decoder = codec.decoder(id, size)) {
                for (int i = 0; i < 200; i++) {
                    int number = random.nextInt();
                    ByteBuffer bad = ByteBuffer.allocate(random.nextInt(2 * t + 1));
                    boolean inRange = number >= 0 && number < RaptorqCodec.SYMBOLS;
                    if (!inRange || bad.remaining() != t) {
                        assertThrows(
                                IllegalArgumentException.class, () -> decoder.offer(number, bad));
                    }
                    if (decoder.ready()) {
                        continue;
                    }
                    assertThrows(
                            IllegalStateException.class,
                            () -> decoder.recover(ByteBuffer.allocate(size)));
                    int good = random.nextInt(3 * k);
                    ByteBuffer symbol = TestBlock.symbol(encoder, good, t);
                    decoder.offer(good, symbol);
                }
                for (int i = 0; !decoder.ready(); i++) {
                    decoder.offer(i, TestBlock.symbol(encoder, i, t));
                }
                ByteBuffer into = ByteBuffer.allocate(size);
                decoder.recover(into);
                assertArrayEquals(block.bytes(), into.array());
            }
        }
    }

    @Test
    void encodersRefuseNumbersThatHaveNoId() throws IOException {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.plain());
        try (Encoder encoder = codec.prepare(TestBlock.id(4, 8), TestBlock.of(1, 32))) {
            ByteBuffer into = ByteBuffer.allocate(64);
            assertThrows(IllegalArgumentException.class, () -> encoder.encode(1 << 24, 1, into));
            assertThrows(
                    IllegalArgumentException.class, () -> encoder.encode((1 << 24) - 1, 2, into));
            assertEquals(0, into.position());
            encoder.encode((1 << 24) - 1, 1, into);
            assertEquals(8, into.position());
        }
    }

    /** Few symbols of any size have hundreds of times their memory in intermediate symbols. */
    @Test
    void whatTakesTooMuchMemoryIsRefused() {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.plain());
        assertThrows(IllegalArgumentException.class, () -> codec.check(TestBlock.id(1, 1 << 26)));
        codec.check(TestBlock.id(1, 1 << 20));
        codec.check(TestBlock.id(56_403, 1189));
    }
}
