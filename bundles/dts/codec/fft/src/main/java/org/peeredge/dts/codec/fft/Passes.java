// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * The loops over vectors, by number. All are called from one place each for {@link Layer} and
 * {@link Move}, through an array, so that the JIT cannot know which one is called and compiles each
 * by itself: what several of them would make together is more than it is willing to inline, and
 * what it does not inline makes an object of each vector.
 */
final class Passes {
    static final int ADD1 = 0;
    static final int ADD2 = 1;
    static final int DERIVE4 = 2;
    static final int DERIVE8 = 3;
    static final int INVERSE2 = 4;
    static final int INVERSE4 = 5;
    static final int INVERSE4_AT_0 = 6;
    static final int FORWARD2 = 7;
    static final int FORWARD4 = 8;
    static final int FORWARD4_AT_0 = 9;
    static final int WORD_INVERSE2 = 10;
    static final int WORD_FORWARD2 = 11;
    static final int CLEAR = 12;

    static final int COPY = 0;
    static final int TIMES = 1;
    static final int WORD_TIMES = 2;
    static final int TO_PAIRS = 3;
    static final int CHUNK_TO_PAIRS = 4;
    static final int FROM_PAIRS = 5;
    static final int CHUNK_FROM_PAIRS = 6;

    private static final Layer[] LAYERS = {
        (p, step, blocks, layer, point, from) -> ByteRuns.add1(p, step, from),
        (p, step, blocks, layer, point, from) -> ByteRuns.add2(p, step, from),
        (p, step, blocks, layer, point, none) -> ByteRuns.derive4(p, step),
        (p, step, blocks, layer, point, none) -> ByteRuns.derive8(p, step),
        ByteButterflies::inverse2,
        ByteButterflies::inverse4,
        ByteButterflies::inverse4At0,
        ByteButterflies::forward2,
        ByteButterflies::forward4,
        ByteButterflies::forward4At0,
        WordButterflies::inverse2,
        WordButterflies::forward2,
        (p, step, blocks, layer, point, none) -> ByteRuns.clear(p, step),
    };

    private static final Move[] MOVES = {
        (p, stride, from, symbolBytes, bytes, count, first, positions, factors) ->
                ByteRuns.copy(from, symbolBytes, p, stride, bytes, count),
        (p, stride, tables, symbolBytes, bytes, count, first, positions, factors) ->
                ByteRuns.times(p, stride, positions, count, factors, tables),
        (p, stride, none, symbolBytes, bytes, count, first, positions, factors) ->
                WordButterflies.times(p, stride, positions, count, factors),
        (p, stride, from, symbolBytes, bytes, count, first, positions, factors) ->
                WordLayout.toPairs(from, symbolBytes, p, stride, bytes, count),
        (p, stride, from, symbolBytes, bytes, count, first, positions, factors) ->
                WordLayout.chunkToPairs(from, symbolBytes, p, stride, count),
        (p, stride, to, symbolBytes, bytes, count, first, positions, factors) ->
                WordLayout.fromPairs(p, stride, to, symbolBytes, bytes, positions, count, first),
        (p, stride, to, symbolBytes, bytes, count, first, positions, factors) ->
                WordLayout.chunkFromPairs(p, stride, to, symbolBytes, positions, count, first),
    };

    /** One pass of a transform over some blocks. */
    private interface Layer {
        void run(long p, int step, int blocks, int layer, int point, long other);
    }

    /** One pass over the columns of some symbols. */
    private interface Move {
        void run(
                long p,
                int stride,
                long symbols,
                int symbolBytes,
                int bytes,
                int count,
                int first,
                int[] positions,
                int[] factors);
    }

    private Passes() {}

    /**
     * One pass of a transform.
     *
     * @param columns what addresses are in
     * @param p address of the first block
     * @param step bytes of a run; a block is one, two, four or eight of them
     * @param blocks how many, one after another
     * @param layer the lower one
     * @param point of the first block
     * @param other address of tables, or of other runs
     */
    static void layer(
            int pass,
            MemorySegment columns,
            long p,
            int step,
            int blocks,
            int layer,
            int point,
            long other) {
        try {
            LAYERS[pass].run(p, step, blocks, layer, point, other);
        } finally {
            Reference.reachabilityFence(columns);
        }
    }

    /**
     * One pass over columns.
     *
     * @param columns what {@code p} is in
     * @param from what {@code symbols} is in
     * @param p address of position 0, or where there are no positions of the first column
     * @param stride bytes from one column to the next
     * @param symbols address in the symbol of position {@code first}, or of tables
     * @param symbolBytes from one symbol to the next
     * @param bytes of each symbol that are moved
     */
    static void move(
            int pass,
            MemorySegment columns,
            MemorySegment from,
            long p,
            int stride,
            long symbols,
            int symbolBytes,
            int bytes,
            int count,
            int first,
            int[] positions,
            int[] factors) {
        try {
            MOVES[pass].run(
                    p, stride, symbols, symbolBytes, bytes, count, first, positions, factors);
        } finally {
            Reference.reachabilityFence(columns);
            Reference.reachabilityFence(from);
        }
    }
}
