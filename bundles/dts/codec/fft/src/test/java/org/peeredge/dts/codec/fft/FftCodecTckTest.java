// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.kit.tck.codec.CodecTck;

class FftCodecTckTest extends CodecTck {
    @Override
    protected CodecProvider newCodec() {
        return new FftCodec(Gf256Kernels.all().getLast());
    }

    @Override
    protected CodecId id(int sourceSymbols, int symbolBytes) {
        return new CodecId(FftCodec.TYPE, sourceSymbols, Math.min(sourceSymbols, 3), symbolBytes);
    }

    @Override
    protected List<CodecId> badIds() {
        return List.of(
                new CodecId("fft", 4, -1, 16),
                new CodecId("fft", 4, 5, 16),
                new CodecId("fft", 1, 2, 16),
                new CodecId("fft", 253, 3, 17),
                new CodecId("fft", 65_533, 3, 16),
                new CodecId("fft", 40_000, 32_769, 2),
                new CodecId("fft", 65_536, 1, 2),
                new CodecId("none", 4, 0, 16));
    }

    @Test
    void vectorsAreTakenWhereTheOtherKernelIsMadeOfThem() {
        assertInstanceOf(VectorFftKernel.class, FftKernels.choose(Gf256Kernels.all().getLast()));
        assertInstanceOf(PlainFftKernel.class, FftKernels.choose(Gf256Kernels.plain()));
    }
}
