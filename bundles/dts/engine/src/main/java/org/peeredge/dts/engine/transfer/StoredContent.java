// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.kernel.api.RetryLaterException;

/** A reader of a blob that is complete. */
final class StoredContent implements Content {
    private final StoredBlob blob;
    private final Executor workers;

    StoredContent(StoredBlob blob, Executor workers) {
        this.blob = blob;
        this.workers = workers;
    }

    @Override
    public Digest digest() {
        return blob.info().digest();
    }

    @Override
    public long sizeBytes() {
        return blob.info().sizeBytes();
    }

    @Override
    public boolean confined() {
        return blob.info().confined();
    }

    @Override
    public CompletionStage<Integer> read(long offset, ByteBuffer into) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        try {
            workers.execute(() -> {
                try {
                    result.complete(blob.read(offset, into));
                } catch (IOException | RuntimeException e) {
                    result.completeExceptionally(
                            new RetryLaterException(
                                    "cannot read " + digest() + ": " + Ingress.message(e), e));
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
        return result;
    }

    @Override
    public CompletionStage<Void> complete() {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() {
        blob.close();
    }
}
