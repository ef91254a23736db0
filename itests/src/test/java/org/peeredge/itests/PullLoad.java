// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.RegistryClient;

/**
 * Pulls without end between two nodes, both ways at once: each blob is fresh, published at one and
 * pulled at the other, and its digest checked.
 */
final class PullLoad implements AutoCloseable {
    /** One piece and a bit, so that two pieces cross. */
    private static final int BLOB_BYTES = 300_000;

    private static final Duration PULL = Duration.ofSeconds(30);

    /** One way. */
    private static final class Way {
        final NodeProcess from;
        final NodeProcess to;
        final AtomicLong done = new AtomicLong();
        final AtomicLong slowestNanos = new AtomicLong();

        Way(NodeProcess from, NodeProcess to) {
            this.from = from;
            this.to = to;
        }
    }

    private final Path work;
    private final List<Way> ways;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failed = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    /** Begins. */
    PullLoad(Path work, NodeProcess one, NodeProcess other) {
        this.work = work;
        ways = List.of(new Way(one, other), new Way(other, one));
        for (Way way : ways) {
            threads.add(Thread.ofPlatform().daemon().name("load").start(() -> run(way)));
        }
    }

    // Nobody else looks at this thread: whatever it throws is kept for mustBeWell.
    @SuppressWarnings("CatchingUnchecked")
    private void run(Way way) {
        try (RegistryClient source = new RegistryClient(way.from.spec().ports().registry());
                RegistryClient puller = new RegistryClient(way.to.spec().ports().registry())) {
            Path folder = Files.createTempDirectory(work, "load");
            String token = TestNodes.pushToken(way.from);
            Random random = new Random(folder.hashCode());
            String repository = "load/" + way.from.spec().name();
            byte[] content = new byte[BLOB_BYTES];
            while (!stopped) {
                random.nextBytes(content);
                Path file = Files.write(folder.resolve("layer"), content);
                Image image = Image.ofFiles(List.of(file), "application/octet-stream", folder);
                String digest = source.push(repository, "now", image, token);
                long start = System.nanoTime();
                puller.pull(repository, digest, bytes -> {});
                long took = System.nanoTime() - start;
                way.slowestNanos.accumulateAndGet(took, Math::max);
                way.done.incrementAndGet();
                changed();
            }
        } catch (Exception e) {
            failed.add(e);
            changed();
        }
    }

    private void changed() {
        synchronized (failed) {
            failed.notifyAll();
        }
    }

    /** Waits until one more pull each way, begun after this call or running now, has ended well. */
    void awaitOneMore() throws Exception {
        long[] before = ways.stream().mapToLong(w -> w.done.get()).toArray();
        long end = System.nanoTime() + PULL.toNanos();
        synchronized (failed) { // told by each pull: a hundred swaps wait for as many
            while (ways.get(0).done.get() <= before[0] || ways.get(1).done.get() <= before[1]) {
                mustBeWell();
                long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                assertTrue(millis > 0, () -> "not within " + PULL + ": a pull each way");
                failed.wait(millis);
            }
        }
        mustBeWell();
    }

    /** Fails where a pull has failed. */
    void mustBeWell() {
        for (Throwable e : failed) {
            throw new AssertionError("a pull failed: " + e, e); // summaries print no causes
        }
    }

    /** Pulls that ended so far. */
    long pulls() {
        return ways.stream().mapToLong(w -> w.done.get()).sum();
    }

    /** The longest pull so far. */
    Duration slowest() {
        return Duration.ofNanos(
                ways.stream().mapToLong(w -> w.slowestNanos.get()).max().orElseThrow());
    }

    /** Ends it after the pulls that run now. */
    @Override
    public void close() throws InterruptedIOException {
        stopped = true;
        try {
            for (Thread thread : threads) {
                assertTrue(thread.join(PULL), "a pull hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while pulls end");
        }
    }
}
