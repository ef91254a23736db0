// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The swarm's wishes that need the store but no bytes from outside: each is a task for the workers
 * that ends in one event. Called on the engine's loop.
 */
final class StoreWork {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWork.class);

    private final Blobs blobs;
    private final Maps maps;
    private final NodeId self;
    private final Executor workers;
    private final InOrder inOrder;
    private final Executor loop;
    private final Consumer<Event> events;

    /** The last wish to open each blob: an answer to an earlier one is nobody's any more. */
    private final Map<Digest, Long> opening = new HashMap<>();

    private long opens;

    /** Makes one that hands events to {@code events}, from any thread. */
    StoreWork(
            Blobs blobs,
            Maps maps,
            NodeId self,
            Executor workers,
            Executor loop,
            Consumer<Event> events) {
        this.blobs = blobs;
        this.maps = maps;
        this.self = self;
        this.workers = workers;
        this.inOrder = new InOrder(workers);
        this.loop = loop;
        this.events = events;
    }

    /** Work on disk that ends in one event. */
    interface Task {
        Optional<Event> run() throws IOException;
    }

    /** Runs {@code task} beside the blob's others. */
    void atOnce(Digest digest, Task task) {
        atOnce(digest, task, events);
    }

    /**
     * As above, for work that the blob does not depend on.
     *
     * @param failed what is said instead where it could not be done
     */
    void atOnce(Digest digest, Task task, Event failed) {
        atOnce(digest, task, e -> events.accept(e instanceof Event.StoreFailed ? failed : e));
    }

    private void atOnce(Digest digest, Task task, Consumer<Event> answer) {
        Runnable guarded = guarded(digest, task, answer);
        hand(digest, () -> workers.execute(guarded), answer);
    }

    private void run(Digest digest, Task task) {
        run(digest, task, events);
    }

    /** Runs {@code task} after the blob's earlier ones. */
    private void run(Digest digest, Task task, Consumer<Event> answer) {
        Runnable guarded = guarded(digest, task, answer);
        hand(digest, () -> inOrder.execute(digest, guarded), answer);
    }

    private static Runnable guarded(Digest digest, Task task, Consumer<Event> answer) {
        return () -> {
            try {
                task.run().ifPresent(answer);
            } catch (RetryLaterException e) {
                answer.accept(new Event.StoreFailed(digest, Ingress.message(e), true));
            } catch (IOException | RuntimeException | Error e) {
                LOG.warn("store, blob {}: {}", digest, Ingress.message(e), e);
                answer.accept(new Event.StoreFailed(digest, Ingress.message(e), false));
            }
        };
    }

    private static void hand(Digest digest, Runnable handOver, Consumer<Event> answer) {
        try {
            handOver.run();
        } catch (RejectedExecutionException e) {
            answer.accept(new Event.StoreFailed(digest, "too much is waiting for the disk", false));
        }
    }

    /**
     * Opens an incomplete blob.
     *
     * @param opened takes it and its pieces, on the loop
     */
    void open(Action.OpenStore a, BiConsumer<PartialBlob, BitSet> opened) {
        Digest digest = a.digest();
        long number = ++opens;
        opening.put(digest, number);
        run(
                digest,
                () -> {
                    PartialBlob partial = blobs.open(digest, a.sizeBytes());
                    BitSet have = partial.have();
                    loop.execute(() -> {
                        if (opening.remove(digest, number)) {
                            opened.accept(partial, have);
                        }
                    });
                    return Optional.empty();
                },
                failure ->
                        loop.execute(() -> {
                            if (opening.remove(digest, number)) {
                                events.accept(failure);
                            }
                        }));
    }

    /** The transfer is over: lets go of the incomplete blob. */
    void giveUp(Digest digest) {
        opening.remove(digest);
        try {
            inOrder.execute(digest, () -> blobs.close(digest));
        } catch (RejectedExecutionException e) {
            // Too busy for order: a transfer that wants it at this moment finds it closed and
            // fails.
            blobs.close(digest);
        }
    }

    void loadMap(Digest digest) {
        run(digest, () -> maps.load(digest).map(map -> maps.check(self, map)));
    }

    void verify(Digest digest) {
        run(
                digest,
                () -> {
                    PartialBlob partial =
                            blobs.partial(digest)
                                    .orElseThrow(() ->
                                            new IOException("blob " + digest + " is not open"));
                    return Optional.of(new Event.Verified(digest, partial.verify()));
                });
    }

    void reset(Digest digest) {
        run(
                digest,
                () -> {
                    blobs.reset(digest);
                    return Optional.empty();
                });
    }

    void complete(Action.Complete a) {
        run(a.digest(), () -> Optional.of(completed(a)));
    }

    private Event completed(Action.Complete a) throws IOException {
        Digest digest = a.digest();
        blobs.store().putMap(a.sign() ? maps.sign(a.map()) : a.map());
        blobs.complete(digest);
        try (var stored =
                blobs.store()
                        .find(digest)
                        .orElseThrow(() -> new IOException("the store lost " + digest))) {
            ContentStore.BlobInfo info = stored.info();
            return new Event.Held(digest, info.sizeBytes(), info.confined());
        }
    }
}
