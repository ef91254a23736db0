// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kit.tck.codec.CodecTck;

/** Each codec has a library of its own, as when the bundle is replaced. */
class RsNativeCodecTckTest extends CodecTck {
    private final Map<CodecProvider, NativeKernel> kernels = new ConcurrentHashMap<>();

    @BeforeEach
    void built() {
        Natives.assumeBuilt();
    }

    @Override
    protected CodecProvider newCodec() {
        NativeKernel kernel = NativeKernel.load();
        CodecProvider codec = new CauchyCodec(kernel);
        kernels.put(codec, kernel);
        return codec;
    }

    @Override
    protected void stop(CodecProvider codec) {
        Objects.requireNonNull(kernels.remove(codec)).close();
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
