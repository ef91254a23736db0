// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** The codecs that simulated nodes have. */
final class SimCodecs {
    /** Of one slow core, as {@code dts:codec-bench} remembers them. */
    static final Map<String, Coding.Speed> SPEEDS =
            Map.of(
                    "fft", new Coding.Speed(2_000_000_000, 800_000_000),
                    "raptorq", new Coding.Speed(1_200_000_000, 1_000_000_000),
                    "rs", new Coding.Speed(6_000_000_000L, 3_000_000_000L));

    private SimCodecs() {}

    /** All of them, and which to use. */
    static Coding use(String type) {
        return new Coding(
                type,
                SPEEDS,
                Map.of(
                        "rs", repairs(k -> 255 - k),
                        "fft", repairs(k -> k),
                        "raptorq", repairs(k -> -1)));
    }

    private static List<Integer> repairs(IntUnaryOperator most) {
        return IntStream.rangeClosed(1, Coding.MAX_SOURCE_SYMBOLS).map(most).boxed().toList();
    }
}
