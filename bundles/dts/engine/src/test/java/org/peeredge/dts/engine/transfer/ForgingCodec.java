// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** Makes symbols that are not those of the group. */
final class ForgingCodec extends WrappedCodec {
    ForgingCodec(CodecProvider codec) {
        super(codec);
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        Encoder encoder = super.prepare(id, group);
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
