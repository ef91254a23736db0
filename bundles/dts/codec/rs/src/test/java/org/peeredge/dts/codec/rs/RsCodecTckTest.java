// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rs;

import java.util.List;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kit.tck.codec.CodecTck;

class RsCodecTckTest extends CodecTck {
    @Override
    protected CodecProvider newCodec() {
        return new CauchyCodec(Gf256Kernels.all().getLast());
    }

    @Override
    protected CodecId id(int sourceSymbols, int symbolBytes) {
        return new CodecId(CauchyCodec.TYPE, sourceSymbols, 3, symbolBytes);
    }

    @Override
    protected List<CodecId> badIds() {
        return List.of(
                new CodecId("rs", 4, -1, 16),
                new CodecId("rs", 254, 2, 16),
                new CodecId("rs", 4, Integer.MAX_VALUE, 16),
                new CodecId("none", 4, 0, 16));
    }
}
