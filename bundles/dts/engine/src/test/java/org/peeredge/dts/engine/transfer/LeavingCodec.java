// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;

/** Says when it has been asked to decode so many times. */
final class LeavingCodec extends WrappedCodec {
    final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final AtomicInteger left;

    LeavingCodec(CodecProvider codec, int decodes) {
        super(codec);
        this.left = new AtomicInteger(decodes);
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        if (left.decrementAndGet() == 0) {
            reached.complete(null);
        }
        return super.decoder(id, groupBytes);
    }
}
