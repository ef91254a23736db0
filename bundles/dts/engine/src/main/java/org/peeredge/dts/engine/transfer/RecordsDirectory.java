// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * The embedded directory: a table of this node's own records. A value is the epoch second at which
 * it is forgotten (u64), then what was put.
 */
final class RecordsDirectory implements DirectoryStore {
    private static final int MAX_LISTED = 256;

    private final Records records;
    private final Clock clock;
    private final Executor workers;

    RecordsDirectory(Records records, Clock clock, Executor workers) {
        this.records = records;
        this.clock = clock;
        this.workers = workers;
    }

    @Override
    public CompletionStage<Void> put(String key, byte[] value, Duration life) {
        long until = clock.now().plus(life).getEpochSecond();
        byte[] kept =
                ByteBuffer.allocate(Long.BYTES + value.length).putLong(until).put(value).array();
        return work(() -> {
            records.put(key, kept);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> remove(String key) {
        return work(() -> {
            records.remove(key);
            return null;
        });
    }

    @Override
    public CompletionStage<Map<String, byte[]>> list(String prefix) {
        return work(() -> {
            Map<String, byte[]> out = new HashMap<>();
            long now = clock.now().getEpochSecond();
            records.scan(prefix, "", MAX_LISTED)
                    .forEach((key, kept) -> {
                        ByteBuffer in = ByteBuffer.wrap(kept);
                        if (kept.length < Long.BYTES || in.getLong() < now) {
                            records.remove(key);
                        } else {
                            byte[] value = new byte[in.remaining()];
                            in.get(value);
                            out.put(key, value);
                        }
                    });
            return out;
        });
    }

    private <T extends @Nullable Object> CompletionStage<T> work(Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, workers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
    }
}
