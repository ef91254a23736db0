// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.List;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.kit.tck.codec.CodecTck;

class RaptorqCodecTckTest extends CodecTck {
    @Override
    protected CodecProvider newCodec() {
        return new RaptorqCodec(Gf256Kernels.all().getLast());
    }

    @Override
    protected CodecId id(int sourceSymbols, int symbolBytes) {
        return new CodecId(RaptorqCodec.TYPE, sourceSymbols, -1, symbolBytes);
    }

    @Override
    protected List<CodecId> badIds() {
        return List.of(
                new CodecId("raptorq", 4, 0, 16),
                new CodecId("raptorq", 4, 4, 16),
                new CodecId("raptorq", 56404, -1, 1),
                new CodecId("rs", 4, -1, 16));
    }
}
