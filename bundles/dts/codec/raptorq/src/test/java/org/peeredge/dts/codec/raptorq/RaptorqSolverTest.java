// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernels;

class RaptorqSolverTest {
    /** Trials for each k; {@code -Draptorq.trials=20000} for those of the README. */
    private static final int TRIALS = Integer.getInteger("raptorq.trials", 1000);

    /**
     * RFC 6330's code fails with k symbols once in some 256 times, with each more 1/256 of that.
     */
    @Test
    void solutionsFromAnySymbols() {
        for (int k : new int[] {10, 100, 1024}) {
            int trials = k == 1024 ? TRIALS / 2 : TRIALS;
            int[] failures = failures(k, trials);
            String what = "k " + k + ": failed with k, k + 1, k + 2 symbols: ";
            what += failures[0] + ", " + failures[1] + ", " + failures[2] + " of " + trials;
            System.out.println(what);
            // With few trials chance has more room.
            assertTrue(failures[0] <= 0.007 * trials + 3, what);
            assertTrue(failures[1] <= 0.0003 * trials + 1, what);
            assertEquals(0, failures[2], what);
        }
    }

    private static int[] failures(int k, int trials) {
        Parameters parameters = Parameters.of(k);
        Constraints constraints = new Constraints(parameters);
        Solver solver = new Solver(constraints);
        Tuple tuple = new Tuple(parameters);
        Random random = new Random(k);
        int[] failures = new int[3];
        for (int trial = 0; trial < trials; trial++) {
            solver.start();
            for (int x = k; x < parameters.kPrime(); x++) {
                constraints.addSource(solver.rows, x, -1);
            }
            // Distinct: odd steps through all numbers.
            int next = random.nextInt(1 << 23);
            int step = random.nextInt(1 << 20) * 2 + 1;
            int mask = (1 << 23) - 1;
            for (int i = 0; i < k; i++) {
                solver.rows.add(tuple, parameters.kPrime() + next, i);
                next = (next + step) & mask;
            }
            boolean solved = solver.solve();
            assertTrue(solver.ordered(), "too many inactive columns");
            for (int more = 0; !solved && more < 3; more++) {
                failures[more]++;
                solver.rows.add(tuple, parameters.kPrime() + next, k + more);
                next = (next + step) & mask;
                solved = solver.addLast() && solver.solveAgain();
            }
        }
        return failures;
    }

    /**
     * A sender that picks numbers whose symbols say the same over and over: the decoder drops what
     * says nothing new, and is done as soon as others come.
     */
    @Test
    void chosenNumbersDoNotStopADecoder() throws IOException {
        int k = 40;
        int t = 16;
        Parameters parameters = Parameters.of(k);
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.plain());
        CodecId id = TestBlock.id(k, t);
        TestBlock block = TestBlock.of(3, k * t);
        List<Integer> chosen = withoutColumns(parameters, k, 3000);
        assertTrue(chosen.size() > 200, "found " + chosen.size());
        try (Encoder encoder = codec.prepare(id, block);
                RaptorqDecoder decoder = (RaptorqDecoder) codec.decoder(id, k * t)) {
            for (int number : chosen) {
                assertFalse(decoder.offer(number, TestBlock.symbol(encoder, number, t)));
            }
            int others = 0;
            for (int number = k; !decoder.ready(); number += 7) {
                decoder.offer(number, TestBlock.symbol(encoder, number, t));
                others++;
            }
            assertTrue(others <= 2 * k, "took " + others + " others");
            ByteBuffer into = ByteBuffer.allocate(k * t);
            decoder.recover(into);
            assertArrayEquals(block.bytes(), into.array());
            assertTrue(decoder.heldBytes() <= codec.workingBytes(id));
        }
    }

    /** Repair symbols that use only half of the LT columns. */
    private static List<Integer> withoutColumns(Parameters parameters, int k, int most) {
        List<Integer> found = new ArrayList<>();
        Tuple tuple = new Tuple(parameters);
        int[] columns = new int[Tuple.MAX_COLUMNS];
        for (int number = k; number < 100_000 && found.size() < most; number++) {
            tuple.columns(number + parameters.kPrime() - k, columns, 0);
            boolean good = true;
            for (int i = 0; i < tuple.d; i++) {
                good &= columns[i] < parameters.w() / 2;
            }
            if (good) {
                found.add(number);
            }
        }
        return found;
    }

    @Test
    void workingMemoryIsWhatIsSaid() throws IOException {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.all().getLast());
        Random random = new Random(4);
        for (int k : new int[] {1, 10, 300, 3000}) {
            CodecId id = TestBlock.id(k, 20);
            TestBlock block = TestBlock.of(k, k * 20);
            try (Encoder encoder = codec.prepare(id, block);
                    RaptorqDecoder decoder =
                            (RaptorqDecoder) codec.decoder(id, block.sizeBytes())) {
                while (!decoder.ready()) {
                    int number = k + random.nextInt(1 << 20);
                    decoder.offer(number, TestBlock.symbol(encoder, number, 20));
                }
                decoder.recover(ByteBuffer.allocate(block.sizeBytes()));
                long said = codec.workingBytes(id);
                assertTrue(
                        decoder.heldBytes() <= said, k + ": " + decoder.heldBytes() + " " + said);
            }
        }
    }
}
