// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.none;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.kit.tck.codec.CodecTck;

class NoneCodecTckTest extends CodecTck {
    @Override
    protected CodecProvider newCodec() {
        return new NoneCodec();
    }

    @Override
    protected CodecId id(int sourceSymbols, int symbolBytes) {
        return new CodecId(NoneCodec.TYPE, sourceSymbols, 0, symbolBytes);
    }

    @Override
    protected List<CodecId> badIds() {
        return List.of(
                new CodecId("none", 4, 1, 16),
                new CodecId("none", 4, -1, 16),
                new CodecId("rs", 4, 0, 16));
    }

    @Test
    void readsOnlyWhatIsAskedForAndIntoTheCallersBuffer() throws IOException {
        List<String> reads = new ArrayList<>();
        GroupSource source =
                new GroupSource() {
                    @Override
                    public int sizeBytes() {
                        return 10;
                    }

                    @Override
                    public void read(int offset, ByteBuffer into) {
                        reads.add(offset + "+" + into.remaining() + (into.isDirect() ? "d" : ""));
                        into.position(into.limit());
                    }
                };
        try (Encoder encoder = new NoneCodec().prepare(id(3, 4), source)) {
            encoder.encode(1, 2, ByteBuffer.allocateDirect(6));
            assertEquals(List.of("4+6d"), reads);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> encoder.encode(1, 2, ByteBuffer.allocate(5)));
        }
        assertThrows(
                IllegalArgumentException.class, () -> new NoneCodec().prepare(id(4, 4), source));
    }
}
