// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.util.List;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.kit.tck.codec.CodecTck;

class PlainFftCodecTckTest extends CodecTck {
    @Override
    protected CodecProvider newCodec() {
        return new FftCodec(Gf256Kernels.plain());
    }

    @Override
    protected CodecId id(int sourceSymbols, int symbolBytes) {
        return new CodecId(FftCodec.TYPE, sourceSymbols, sourceSymbols / 2, symbolBytes);
    }

    @Override
    protected List<CodecId> badIds() {
        return List.of(new CodecId("fft", 4, 5, 16));
    }
}
