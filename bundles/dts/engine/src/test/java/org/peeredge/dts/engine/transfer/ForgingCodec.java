// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** Makes symbols that are not those of the group. */
final class ForgingCodec implements CodecProvider {
    private final CodecProvider codec;

    ForgingCodec(CodecProvider codec) {
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
    public Decoder decoder(CodecId id, int groupBytes) {
        return codec.decoder(id, groupBytes);
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        Encoder encoder = codec.prepare(id, group);
        return new Encoder() {
            @Override
            public void encode(int first, int count, ByteBuffer into) throws IOException {
                int start = into.position();
                encoder.encode(first, count, into);
                into.put(start, (byte) ~into.get(start));
            }

            @Override
            public void reset(GroupSource next) {
                encoder.reset(next);
            }

            @Override
            public void close() {
                encoder.close();
            }
        };
    }
}
