// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.dts.api.Transfers.TransferInfo;
import org.peeredge.dts.registry.util.Waits;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.netty.HttpBody;

/**
 * Passes content on to one client while it arrives. A content that moves on, although no byte may
 * be given out yet, is waited for; one that stands still is given up after the stall time.
 */
final class BlobReader {
    private final Transfers transfers;
    private final Content content;
    private final Duration stall;
    private final ByteBuffer buffer;

    /** Whether a read may still write into the buffer: then it must not be used again. */
    private boolean lent;

    BlobReader(Transfers transfers, Content content, Duration stall, ByteBuffer buffer) {
        this.transfers = transfers;
        this.content = content;
        this.stall = stall;
        this.buffer = buffer;
    }

    boolean lent() {
        return lent;
    }

    /** Fills the buffer from {@code offset} with at least one byte of those before {@code end}. */
    void fill(long offset, long end) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), end - offset));
        lent = true;
        int count = await(content.read(offset, buffer).toCompletableFuture());
        lent = false;
        if (count == 0) {
            throw new RetryLaterException(content.digest() + " ended early");
        }
        buffer.flip();
    }

    /** Writes what {@link #fill} brought and then the rest up to {@code end}. */
    void pass(long offset, long end, HttpBody body) throws IOException {
        long at = offset;
        while (true) {
            at += buffer.remaining();
            body.write(buffer);
            if (at >= end) {
                return;
            }
            fill(at, end);
        }
    }

    private int await(CompletableFuture<Integer> read) {
        // Most reads are answered at once, so the first look is after half of the stall time.
        long before = -2;
        while (true) {
            try {
                return read.get(stall.toNanos() / 2, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                long now = progress();
                if (now == before) {
                    throw new RetryLaterException(
                            content.digest() + " made no progress for " + stall.toSeconds() + " s",
                            e);
                }
                before = now;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RetryLaterException("this node is stopping", e);
            } catch (ExecutionException e) {
                lent = false;
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw Waits.failure(cause, "reading " + content.digest());
            }
        }
    }

    private long progress() {
        for (TransferInfo info : transfers.list()) {
            if (info.digest().equals(content.digest())) {
                return info.piecesHave()
                        + info.bytesFromPeers()
                        + info.bytesFromOrigins()
                        + info.bytesFromUpstream();
            }
        }
        return -1;
    }
}
