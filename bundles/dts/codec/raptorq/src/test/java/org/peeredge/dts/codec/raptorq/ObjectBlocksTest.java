// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.Gf256Kernels;

class ObjectBlocksTest {
    @Test
    void partsDifferByOneAtMost() {
        assertEquals(new Partition(4, 3, 2, 2), Partition.of(14, 4));
        assertEquals(new Partition(3, 3, 0, 4), Partition.of(12, 4));
        Partition parts = Partition.of(14, 4);
        assertEquals(11, parts.before(3));
        assertEquals(14, parts.before(4));
    }

    /** Blocks and sub-blocks of unlike sizes; the object comes back from repair symbols only. */
    @Test
    void wholeObjectsWithSubBlocks() throws IOException {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.all().getLast());
        int[][] shapes = {{9_999, 40, 3, 4, 4}, {10_001, 35, 2, 3, 5}, {100, 12, 1, 12, 1}};
        for (int[] shape : shapes) {
            ObjectTransmissionInformation information =
                    new ObjectTransmissionInformation(
                            shape[0], shape[1], shape[2], shape[3], shape[4]);
            byte[] object = TestBlock.of(shape[0], shape[0]).bytes();
            byte[] back = new byte[object.length];
            ObjectBlocks blocks = new ObjectBlocks(information);
            for (int block = 0; block < information.sourceBlocks(); block++) {
                ByteBuffer bytes = decoded(codec, blocks, block, object);
                blocks.write(
                        block, bytes, (at, part) -> part.get(back, (int) at, part.remaining()));
            }
            assertArrayEquals(object, back, information.toString());
        }
    }

    private static ByteBuffer decoded(
            RaptorqCodec codec, ObjectBlocks blocks, int block, byte[] object) throws IOException {
        GroupSource source =
                blocks.source(block, (at, into) -> into.put(object, (int) at, into.remaining()));
        var id = blocks.id(block);
        try (Encoder encoder = codec.prepare(id, source);
                Decoder decoder = codec.decoder(id, source.sizeBytes())) {
            int number = id.sourceSymbols();
            while (!decoder.offer(number, TestBlock.symbol(encoder, number, id.symbolBytes()))) {
                number++;
            }
            ByteBuffer bytes = ByteBuffer.allocate(source.sizeBytes());
            decoder.recover(bytes);
            return bytes.flip();
        }
    }

    /** Sub-symbols of a symbol come from places far from each other, as section 4.4.1.2 says. */
    @Test
    void aSymbolIsOneSubSymbolOfEachSubBlock() throws IOException {
        ObjectTransmissionInformation information =
                new ObjectTransmissionInformation(30, 10, 1, 2, 2);
        byte[] object = new byte[30];
        for (int i = 0; i < 30; i++) {
            object[i] = (byte) i;
        }
        ByteBuffer symbol = ByteBuffer.allocate(10);
        new ObjectBlocks(information)
                .source(0, (at, into) -> into.put(object, (int) at, into.remaining()))
                .read(10, symbol);
        assertArrayEquals(new byte[] {6, 7, 8, 9, 10, 11, 22, 23, 24, 25}, symbol.array());
    }

    @Test
    void suggestedParametersFitTheDecodersMemory() {
        // Kt = 100,000. KL(32) is at most 2^20 / (4 * 8) = 32,768: 4 blocks of 25,000 symbols.
        // These
        // need 4 * ceil(256 / N) <= 2^20 / 25,000 = 41.9, so N >= 25.6.
        ObjectTransmissionInformation small =
                ObjectTransmissionInformation.derive(102_400_000, 1024, 4, 8, 1 << 20);
        assertEquals(4, small.sourceBlocks());
        assertEquals(26, small.subBlocks());
        assertThrows(
                IllegalArgumentException.class,
                () -> ObjectTransmissionInformation.derive(102_400_000, 1024, 4, 8, 100));
    }

    @Test
    void badInformationIsRefused() {
        long[][] bad = {
            {0, 8, 1, 1, 8},
            {ObjectTransmissionInformation.MAX_TRANSFER_LENGTH + 1, 65535, 255, 1, 1},
            {100, 0, 1, 1, 1},
            {100, 65536, 1, 1, 1},
            {100, 12, 1, 1, 8},
            {100, 8, 0, 1, 1},
            {100, 8, 14, 1, 1},
            {100, 8, 1, 9, 1},
            {100, 8, 1, 1, 0},
            {1_000_000, 1, 1, 1, 1},
        };
        for (long[] one : bad) {
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            new ObjectTransmissionInformation(
                                    one[0],
                                    (int) one[1],
                                    (int) one[2],
                                    (int) one[3],
                                    (int) one[4]));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> ObjectTransmissionInformation.of(new byte[11]));
        assertThrows(
                IllegalArgumentException.class,
                () -> ObjectTransmissionInformation.of(new byte[12]));
    }
}
