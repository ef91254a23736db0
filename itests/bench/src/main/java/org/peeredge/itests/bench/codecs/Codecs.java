// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.codec.fft.FftCodec;
import org.peeredge.dts.codec.raptorq.RaptorqCodec;
import org.peeredge.dts.codec.rsnative.NativeKernel;
import org.peeredge.dts.coding.CodecWarmUp;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kernel.api.Clock;

/** The codecs that take part. */
final class Codecs {
    /** The same type as {@code rs}, by a kernel in C. */
    static final String NATIVE = "rsnative";

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
     * @param name its type, or another one where two have the same type
     * @param usual what its bundle warms it up with
     * @param make of the kernel of this JVM
     */
    private record Kind(
            String name, List<CodecId> usual, Function<Gf256Kernel, CodecProvider> make) {
        String type() {
            return usual.getFirst().type();
        }

        boolean rateless() {
            return usual.getFirst().repairSymbols() < 0;
        }
    }

    /** A line for each. */
    private static final List<Kind> ALL =
            List.of(
                    new Kind("rs", CauchyCodec.USUAL, CauchyCodec::new),
                    new Kind(NATIVE, CauchyCodec.USUAL, kernel -> new CauchyCodec(natively())),
                    new Kind("fft", FftCodec.USUAL, FftCodec::new),
                    new Kind("raptorq", RaptorqCodec.USUAL, RaptorqCodec::new));

    /** The library stays loaded as long as the JVM. */
    private static Gf256Kernel natively() {
        return NativeKernel.open();
    }

    /** Form of the library in C, as {@code native-gfni}; empty where this machine has none. */
    static String nativeForm() {
        try (NativeKernel kernel = NativeKernel.open()) {
            return kernel.name();
        } catch (UnsupportedOperationException e) {
            return "";
        }
    }

    /** As of the bundle that all of them share, and that a swap of one leaves alone. */
    private static final Gf256Kernels KERNELS = new Gf256Kernels(CLOCK);

    private Codecs() {}

    private static Kind kind(String name) {
        return ALL.stream()
                .filter(kind -> kind.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no codec '" + name + "'"));
    }

    /** Computes by {@code kernel}. */
    static CodecProvider make(String name, Gf256Kernel kernel) {
        return kind(name).make.apply(kernel);
    }

    /** As its bundle does before it offers the codec. */
    static CodecProvider warm(String name) {
        Kind kind = kind(name);
        try {
            Gf256Kernel fastest = KERNELS.fastest();
            CodecProvider made =
                    kind.name.equals(RaptorqCodec.TYPE)
                            ? RaptorqCodec.planning(fastest, CLOCK)
                            : kind.make.apply(fastest);
            return CodecWarmUp.warm(made, kind.usual, CLOCK);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one with vectors, where this JVM has them: nodes choose it, too, but take seconds. */
    static Gf256Kernel kernel() {
        return Gf256Kernels.all().getLast();
    }

    /** The code in which k source symbols have m repair symbols, or may have more. */
    static CodecId id(String name, int k, int m, int symbolBytes) {
        Kind kind = kind(name);
        return new CodecId(kind.type(), k, kind.rateless() ? -1 : m, symbolBytes);
    }
}
