// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;

/** Any loss within the limit restores the bytes; beyond it there is a word that says so. */
class CauchyLossesTest {
    static Iterable<Gf256Kernel> kernels() {
        return Gf256Kernels.all();
    }

    private static int[] shuffled(SplittableRandom random, int count) {
        int[] numbers = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int x = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = x;
        }
        return numbers;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void anySymbolsThatAreEnoughRestoreTheBlock(Gf256Kernel kernel) throws IOException {
        CauchyCodec codec = new CauchyCodec(kernel);
        SplittableRandom random = new SplittableRandom(7);
        for (int run = 0; run < 400; run++) {
            int k = run < 50 ? 1 + run % 5 : 1 + random.nextInt(run % 50 == 0 ? 255 : 40);
            int m = random.nextInt(Math.min(256 - k, run % 50 == 0 ? 256 : 30));
            int size = 1 + random.nextInt(300);
            TestBlock block = TestBlock.random(random, k * size - random.nextInt(size));
            restores(codec, new CodecId("rs", k, m, size), block, random, "run " + run);
        }
    }

    private static void restores(
            CauchyCodec codec, CodecId id, TestBlock block, SplittableRandom random, String run)
            throws IOException {
        int k = id.sourceSymbols();
        int[] numbers = shuffled(random, k + id.repairSymbols());
        try (Encoder encoder = codec.prepare(id, block);
                Encoder other = codec.prepare(id, block);
                Decoder decoder = codec.decoder(id, block.sizeBytes())) {
            ByteBuffer into = ByteBuffer.allocate(block.sizeBytes());
            for (int i = 0; i < k; i++) {
                assertFalse(decoder.ready(), run);
                assertThrows(IllegalStateException.class, () -> decoder.recover(into), run);
                ByteBuffer symbol = ByteBuffer.allocateDirect(id.symbolBytes());
                (i % 2 == 0 ? encoder : other).encode(numbers[i], 1, symbol);
                decoder.offer(numbers[i], symbol.flip());
            }
            decoder.recover(into);
            assertEquals(block.bytes(), into.flip(), run);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void oneEncoderAndOneDecoderDoManyBlocks(Gf256Kernel kernel) throws IOException {
        CauchyCodec codec = new CauchyCodec(kernel);
        SplittableRandom random = new SplittableRandom(8);
        CodecId id = new CodecId("rs", 9, 4, 130);
        TestBlock first = TestBlock.random(random, 9 * 130);
        try (Encoder encoder = codec.prepare(id, first);
                Decoder decoder = codec.decoder(id, first.sizeBytes())) {
            for (int run = 0; run < 50; run++) {
                TestBlock block = TestBlock.random(random, 9 * 130 - random.nextInt(130));
                encoder.reset(block);
                decoder.reset(block.sizeBytes());
                ByteBuffer all =
                        run % 2 == 0
                                ? ByteBuffer.allocate(13 * 130)
                                : ByteBuffer.allocateDirect(13 * 130);
                encoder.encode(0, 13, all);
                int cut = 9 * 130 - block.sizeBytes();
                assertEquals(13 * 130 - cut, all.position());
                for (int number : shuffled(random, 13)) {
                    int at = number * 130 - (number >= 9 ? cut : 0);
                    decoder.offer(number, all.slice(at, number == 8 ? 130 - cut : 130));
                }
                ByteBuffer into = ByteBuffer.allocate(block.sizeBytes());
                decoder.recover(into);
                assertEquals(block.bytes(), into.flip(), "run " + run);
            }
        }
    }
}
