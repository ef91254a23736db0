// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** Says when it has been asked to decode so many times. */
final class LeavingCodec implements CodecProvider {
    final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final CodecProvider codec;
    private final AtomicInteger left;

    LeavingCodec(CodecProvider codec, int decodes) {
        this.codec = codec;
        this.left = new AtomicInteger(decodes);
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
        if (left.decrementAndGet() == 0) {
            reached.complete(null);
        }
        return codec.decoder(id, groupBytes);
    }
}
