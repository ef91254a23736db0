// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.CodecWarmUp;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kernel.api.Clock;

/** The codecs that take part. */
final class Codecs {
    static final Clock CLOCK =
            new Clock() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public Instant now() {
                    return Instant.now();
                }
            };

    /**
     * One of them.
     *
     * @param make of the kernel of this JVM
     * @param usual what its bundle warms it up with
     * @param lost source symbols, in that
     */
    private record Kind(Function<Gf256Kernel, CodecProvider> make, CodecId usual, int lost) {
        boolean rateless() {
            return usual.repairSymbols() < 0;
        }
    }

    /** A line for each. */
    private static final Map<String, Kind> ALL =
            Map.of("rs", new Kind(CauchyCodec::new, new CodecId("rs", 10, 4, 16 * 1024), 4));

    private Codecs() {}

    private static Kind kind(String type) {
        return Objects.requireNonNull(ALL.get(type), () -> "no codec '" + type + "'");
    }

    /** Computes by {@code kernel}. */
    static CodecProvider make(String type, Gf256Kernel kernel) {
        return kind(type).make.apply(kernel);
    }

    /** As its bundle does before it offers the codec. */
    static CodecProvider warm(String type) {
        Kind kind = kind(type);
        try {
            return CodecWarmUp.warm(kind.make.apply(kernel()), kind.usual, kind.lost, CLOCK);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one that nodes take in such a JVM, which takes seconds to find. */
    static Gf256Kernel kernel() {
        try {
            return new Gf256Kernels(CLOCK).fastest();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The code in which k source symbols have m repair symbols, or may have more. */
    static CodecId id(String type, int k, int m, int symbolBytes) {
        return new CodecId(type, k, kind(type).rateless() ? -1 : m, symbolBytes);
    }
}
