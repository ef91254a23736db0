// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.kernel.api.RetryLaterException;

/** A reader of a transfer that runs: reads what is there, else waits for the next change. */
final class Reading implements Content {
    private final Transfer transfer;
    private final Blobs blobs;
    private final Executor workers;
    private final Executor loop;
    private volatile boolean closed;

    Reading(Transfer transfer, Blobs blobs, Executor workers, Executor loop) {
        this.transfer = transfer;
        this.blobs = blobs;
        this.workers = workers;
        this.loop = loop;
    }

    @Override
    public Digest digest() {
        return transfer.digest;
    }

    @Override
    public long sizeBytes() {
        return transfer.sizeBytes();
    }

    @Override
    public boolean confined() {
        return transfer.confined();
    }

    @Override
    public CompletionStage<Integer> read(long offset, ByteBuffer into) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        if (offset < 0 || offset > sizeBytes()) {
            result.completeExceptionally(
                    new IllegalArgumentException("offset " + offset + " of " + sizeBytes()));
        } else if (offset == sizeBytes() || !into.hasRemaining()) {
            result.complete(0);
        } else {
            attempt(offset, into, result);
        }
        return result;
    }

    private void attempt(long offset, ByteBuffer into, CompletableFuture<Integer> result) {
        try {
            workers.execute(() -> tryRead(offset, into, result));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
    }

    /** On a worker. */
    private void tryRead(long offset, ByteBuffer into, CompletableFuture<Integer> result) {
        int seen = transfer.changes();
        if (closed) {
            result.completeExceptionally(new IllegalStateException("this reader is closed"));
            return;
        }
        if (transfer.state() == Transfer.State.FAILED) {
            var _ =
                    transfer.completed.whenComplete(
                            (ok, error) -> result.completeExceptionally(error));
            return;
        }
        try {
            int n = readable(offset, into);
            if (n > 0) {
                result.complete(n);
                return;
            }
            if (n == 0) {
                if (transfer.state() == Transfer.State.COMPLETE) {
                    throw new IOException("the store has no byte at " + offset);
                }
            }
            int piece = Pieces.at(sizeBytes(), offset);
            loop.execute(() -> transfer.await(seen, piece, () -> attempt(offset, into, result)));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new RetryLaterException("the engine is stopping", e));
        } catch (IOException | RuntimeException e) {
            if (transfer.changes() == seen) {
                result.completeExceptionally(cannotRead(Ingress.message(e), e));
            } else {
                attempt(offset, into, result);
            }
        }
    }

    /** Bytes read; 0 when they are not here, -1 when they may not be read yet. */
    private int readable(long offset, ByteBuffer into) throws IOException {
        if (transfer.state() == Transfer.State.COMPLETE) {
            return blobs.read(transfer.digest, offset, into);
        }
        long until = Math.min(sizeBytes(), Pieces.offset(sizeBytes(), transfer.readable()));
        if (offset >= until) {
            return -1;
        }
        int limit = into.limit();
        into.limit((int) Math.min(limit, into.position() + until - offset));
        try {
            return blobs.read(transfer.digest, offset, into);
        } finally {
            into.limit(limit);
        }
    }

    private RetryLaterException cannotRead(String why, Throwable cause) {
        return new RetryLaterException("cannot read " + transfer.digest + ": " + why, cause);
    }

    @Override
    public CompletionStage<Void> complete() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        var _ =
                transfer.completed.whenComplete((done, error) -> {
                    if (error == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(error);
                    }
                });
        return result;
    }

    @Override
    public void close() {
        closed = true;
    }
}
