// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** Does what another codec does, but for what a test changes. */
class WrappedCodec implements CodecProvider {
    private final CodecProvider codec;

    WrappedCodec(CodecProvider codec) {
        this.codec = codec;
    }

    @Override
    public String type() {
        return codec.type();
    }

    @Override
    public void check(CodecId id) {
        codec.check(id);
    }

    @Override
    public int repairSymbols(int sourceSymbols) {
        return codec.repairSymbols(sourceSymbols);
    }

    @Override
    public long workingBytes(CodecId id) {
        return codec.workingBytes(id);
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        return codec.prepare(id, group);
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        return codec.decoder(id, groupBytes);
    }
}
