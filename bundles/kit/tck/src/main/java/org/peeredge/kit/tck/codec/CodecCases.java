// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;

/** What the tests of {@link CodecTck} are made of: shapes, groups, orders. */
abstract class CodecCases {
    private static final int[][] SHAPES = {
        {1, 1}, {1, 1000}, {2, 1}, {3, 7}, {4, 262_144}, {8, 1301}, {16, 64}, {64, 4096}
    };

    /** A new, ready instance of the codec. */
    protected abstract CodecProvider newCodec();

    /** An id that the codec can do, with as few repair symbols as it likes, or rateless. */
    protected abstract CodecId id(int sourceSymbols, int symbolBytes);

    /** Ids that are well formed but not for this codec. */
    protected abstract List<CodecId> badIds();

    /** Stops an instance that {@link #newCodec} made; does nothing unless overridden. */
    protected void stop(CodecProvider codec) {
        // most codecs hold nothing
    }

    /** Each shape with a full group, and with one that its last symbol does not fill. */
    interface ShapeTest {
        void run(CodecProvider codec, CodecId id, TestGroup group, long seed) throws IOException;
    }

    void forAllShapes(ShapeTest test) throws IOException {
        CodecProvider codec = newCodec();
        long seed = 1;
        for (int[] shape : SHAPES) {
            CodecId id = id(shape[0], shape[1]);
            int full = shape[0] * shape[1];
            for (int missing : shape[1] == 1 ? new int[] {0} : new int[] {0, 1, shape[1] - 1}) {
                seed++;
                try {
                    test.run(codec, id, new TestGroup(seed, full - missing), seed);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            id + ", " + (full - missing) + " bytes, seed " + seed, e);
                }
            }
        }
        stop(codec);
    }

    static void roundTrip(
            CodecProvider codec, Encoder encoder, CodecId id, TestGroup group, long seed)
            throws IOException {
        try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
            for (int number : shuffled(id.sourceSymbols(), seed)) {
                decoder.offer(number, TestGroup.symbol(encoder, id, number));
            }
            assertRecovers(decoder, group);
        }
    }

    static void assertRecovers(Decoder decoder, TestGroup group) {
        assertTrue(decoder.ready());
        ByteBuffer into = ByteBuffer.allocate(group.sizeBytes() + 2).position(1);
        decoder.recover(into);
        assertEquals(group.sizeBytes() + 1, into.position());
        assertEquals(group.all(), into.flip().position(1));
    }

    /** Symbols that a code of fixed rate has; for a rateless one, twice its source symbols. */
    static int symbols(CodecId id) {
        return id.sourceSymbols()
                + (id.repairSymbols() < 0 ? id.sourceSymbols() : id.repairSymbols());
    }

    static List<Integer> shuffled(int count, long seed) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        Collections.shuffle(numbers, new Random(seed));
        return numbers;
    }
}
