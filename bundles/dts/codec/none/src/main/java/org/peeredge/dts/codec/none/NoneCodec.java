// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.none;

import org.osgi.service.component.annotations.Component;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** No code at all: k source symbols, no repair symbol. Has no state, so nothing to warm up. */
@Component(service = CodecProvider.class, property = "peeredge.type=" + NoneCodec.TYPE)
public final class NoneCodec implements CodecProvider {
    /** The type, as in the service property and in ids. */
    public static final String TYPE = "none";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void check(CodecId id) {
        if (!id.type().equals(TYPE)) {
            throw new IllegalArgumentException("codec '" + id.type() + "', not 'none'");
        }
        if (id.repairSymbols() != 0) {
            throw new IllegalArgumentException(
                    "codec none has no repair symbols, not " + id.repairSymbols());
        }
    }

    @Override
    public long workingBytes(CodecId id) {
        check(id);
        return (long) id.sourceSymbols() * id.symbolBytes();
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        check(id);
        return new NoneEncoder(new NoneShape(id, group.sizeBytes()), group);
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        check(id);
        return new NoneDecoder(new NoneShape(id, groupBytes));
    }
}
