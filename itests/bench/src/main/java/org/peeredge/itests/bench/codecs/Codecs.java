// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.codec.fft.FftCodec;
import org.peeredge.dts.codec.raptorq.RaptorqCodec;
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
     * @param usual what its bundle warms it up with
     * @param lost source symbols, in that
     * @param make of the kernel of this JVM
     */
    private record Kind(CodecId usual, int lost, Function<Gf256Kernel, CodecProvider> make) {
        boolean rateless() {
            return usual.repairSymbols() < 0;
        }
    }

    /** A line for each. */
    private static final List<Kind> ALL =
            List.of(
                    new Kind(new CodecId("rs", 10, 4, 16 * 1024), 4, CauchyCodec::new),
                    new Kind(new CodecId("fft", 128, 64, 1216), 64, FftCodec::new),
                    new Kind(new CodecId("raptorq", 256, -1, 1216), 64, RaptorqCodec::new));

    private Codecs() {}

    private static Kind kind(String type) {
        return ALL.stream()
                .filter(kind -> kind.usual.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no codec '" + type + "'"));
    }

    /** Computes by {@code kernel}. */
    static CodecProvider make(String type, Gf256Kernel kernel) {
        return kind(type).make.apply(kernel);
    }

    /** As its bundle does before it offers the codec. */
    static CodecProvider warm(String type) {
        Kind kind = kind(type);
        try {
            Gf256Kernel fastest = new Gf256Kernels(CLOCK).fastest();
            return CodecWarmUp.warm(kind.make.apply(fastest), kind.usual, kind.lost, CLOCK);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one with vectors, where this JVM has them: nodes choose it, too, but take seconds. */
    static Gf256Kernel kernel() {
        return Gf256Kernels.all().getLast();
    }

    /** The code in which k source symbols have m repair symbols, or may have more. */
    static CodecId id(String type, int k, int m, int symbolBytes) {
        return new CodecId(type, k, kind(type).rateless() ? -1 : m, symbolBytes);
    }
}
