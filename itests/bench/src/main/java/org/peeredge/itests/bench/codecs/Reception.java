// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.Memory;
import org.peeredge.itests.bench.Figure;

/**
 * How often {@code raptorq} cannot restore a block from k symbols, or one or two more. Nothing is
 * timed, so all cores take part, and symbols are short.
 */
final class Reception {
    static final String ROW = "reception";
    static final int TRIALS = 20_000;

    private static final int K = 1024;
    private static final int SYMBOL_BYTES = 8;

    /** Of these a random half arrives. */
    private static final int SENT = 2 * K + 16;

    /** Symbols beyond k that are offered; what still fails then counts as failed at each. */
    private static final int MORE = 4;

    /** Numbers of symbols are below that: RFC 6330, section 3.2. */
    private static final int NUMBERS = 1 << 24;

    private final CodecId id = Codecs.id("raptorq", K, 0, SYMBOL_BYTES);
    private final Content content = new Content(1, K * SYMBOL_BYTES);
    private final CodecProvider codec = Codecs.make("raptorq", Gf256Kernels.plain());

    private Reception() {}

    /** Three figures: failures at k, k + 1 and k + 2 symbols. */
    static List<Figure> measure(int trials) {
        System.out.printf("%d blocks by raptorq, of repair symbols only%n", trials);
        int[] needed = new Reception().needed(trials);
        return List.of(
                figure(
                        "raptorq K=1024 fails at K symbols",
                        100.0 * failed(needed, 0) / trials,
                        "<= 0.7",
                        "%"),
                figure(
                        "raptorq K=1024 fails at K+1 symbols, of " + trials,
                        failed(needed, 1),
                        "<= 6",
                        "blocks"),
                figure(
                        "raptorq K=1024 fails at K+2 symbols, of " + trials,
                        failed(needed, 2),
                        "0",
                        "blocks"));
    }

    private static Figure figure(String name, double value, String must, String unit) {
        return Figure.of(name, List.of(value), must, "", unit);
    }

    /** How many blocks were not there with so many symbols more than k. */
    static int failed(int[] needed, int more) {
        return (int) IntStream.of(needed).filter(n -> n > more).count();
    }

    /** Of each trial how many symbols more than k were needed. */
    private int[] needed(int trials) {
        int[] needed = new int[trials];
        int threads = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, threads)
                .parallel()
                .forEach(thread -> {
                    try (One one = new One()) {
                        for (int trial = thread; trial < trials; trial += threads) {
                            needed[trial] = one.needed(trial);
                        }
                    }
                });
        return needed;
    }

    /** What a thread has. */
    private final class One implements AutoCloseable {
        final Encoder encoder = codec.prepare(id, content.next());
        final Decoder decoder = codec.decoder(id, content.groupBytes());
        final ByteBuffer symbols = Memory.allocate((long) SENT * SYMBOL_BYTES).asByteBuffer();
        final ByteBuffer restored = Memory.allocate(content.groupBytes()).asByteBuffer();

        int needed(int trial) {
            SplittableRandom random = new SplittableRandom(trial);
            int first = random.nextInt(K, NUMBERS - SENT);
            try {
                encoder.encode(first, SENT, symbols.clear());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            decoder.reset(content.groupBytes());
            int offered = 0;
            for (int i = 0; i < SENT && !decoder.ready() && offered < K + MORE; i++) {
                // Each set of K + MORE of those that are sent is as likely as any other.
                if (random.nextInt(SENT - i) < K + MORE - offered) {
                    int at = i * SYMBOL_BYTES;
                    decoder.offer(first + i, symbols.clear().limit(at + SYMBOL_BYTES).position(at));
                    offered++;
                }
            }
            if (!decoder.ready()) {
                return MORE + 1;
            }
            decoder.recover(restored.clear());
            if (restored.flip().mismatch(content.bytes()) >= 0) {
                throw new IllegalStateException("raptorq restored another block, trial " + trial);
            }
            return offered - K;
        }

        @Override
        public void close() {
            encoder.close();
            decoder.close();
        }
    }
}
