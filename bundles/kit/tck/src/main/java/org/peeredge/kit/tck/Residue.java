// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What a test, or a plugin that went, left behind: live threads, open sockets and files (Linux
 * only; elsewhere those two are not looked at), direct memory. Take {@link #now} before, do the
 * work, then {@link #assertBack}.
 *
 * <p>Threads of the JVM's own and of the common pool come and go and are not counted; virtual
 * threads cannot be listed, so a plugin's handlers show by what they hold.
 */
public final class Residue {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<String> IGNORED =
            List.of(
                    "ForkJoinPool",
                    "VirtualThread",
                    "Common-Cleaner",
                    "Cleaner-",
                    "Reference Handler",
                    "Finalizer",
                    "Signal Dispatcher",
                    "Notification Thread",
                    "process reaper",
                    "Attach Listener",
                    "surefire-",
                    "Read-Poller",
                    "Write-Poller",
                    "Master-Poller",
                    "ping-");

    private final LongSupplier pooledBytes;
    private final Counts before;

    private Residue(LongSupplier pooledBytes) {
        this.pooledBytes = pooledBytes;
        warmUp();
        this.before = count();
    }

    /** What is there now, direct memory by the JVM's own account. */
    public static Residue now() {
        return new Residue(() -> 0);
    }

    /**
     * What is there now.
     *
     * @param pooledBytes bytes handed out and not given back by the pool that the plugin uses, as
     *     the JVM's account does not see into pools (for Netty: its allocator's pinned memory)
     */
    public static Residue now(LongSupplier pooledBytes) {
        return new Residue(pooledBytes);
    }

    /**
     * Waits until nothing is there that was not there before, at most ten seconds.
     *
     * @param directSlackBytes how much more direct memory is all right: caches that pools keep
     * @throws AssertionError naming what is left
     */
    public void assertBack(long directSlackBytes) {
        assertBack(directSlackBytes, Duration.ofSeconds(10));
    }

    private void assertBack(long directSlackBytes, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> left = left(directSlackBytes);
        while (!left.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("left behind: " + String.join("; ", left));
            }
            settle();
            left = left(directSlackBytes);
        }
    }

    /** {@link #assertBack(long)} with 16 MiB of slack. */
    public void assertBack() {
        assertBack(16L << 20);
    }

    /** {@link #assertBack()} that gives up after {@code patience}. */
    public void assertBack(Duration patience) {
        assertBack(16L << 20, patience);
    }

    private List<String> left(long directSlackBytes) {
        Counts now = count();
        List<String> left = new ArrayList<>();
        more("thread", before.threads, now.threads, left);
        more("open", before.descriptors, now.descriptors, left);
        long direct = now.directBytes - before.directBytes;
        if (direct > directSlackBytes) {
            left.add(direct + " bytes of direct memory");
        }
        long pooled = now.pooledBytes - before.pooledBytes;
        if (pooled > 0) {
            left.add(pooled + " bytes not given back to the pool");
        }
        return left;
    }

    /** The condition has no event to wait for: let other threads run, let buffers be collected. */
    private static void settle() {
        System.gc();
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while looking for what is left", e);
        }
    }

    private static void more(
            String what, Map<String, Integer> before, Map<String, Integer> now, List<String> left) {
        now.forEach((name, count) -> {
            int extra = count - before.getOrDefault(name, 0);
            if (extra > 0) {
                left.add(what + " " + name + (extra > 1 ? " x " + extra : ""));
            }
        });
    }

    private Counts count() {
        long direct = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                direct = pool.getMemoryUsed();
            }
        }
        return new Counts(threads(), descriptors(), direct, pooledBytes.getAsLong());
    }

    private static Map<String, Integer> threads() {
        Map<String, Integer> names = new TreeMap<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            String name = thread.getName();
            if (IGNORED.stream().noneMatch(name::startsWith)) {
                // Numbers differ from swap to swap; what counts is how many there are.
                names.merge(name.replaceAll("\\d+", "#"), 1, Integer::sum);
            }
        }
        return names;
    }

    private static Map<String, Integer> descriptors() {
        Map<String, Integer> open = new TreeMap<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return open;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path one : all) {
                String target = target(one);
                if (!target.startsWith("/proc/")
                        && !target.startsWith("/dev/")
                        && !target.endsWith(".jar")) {
                    open.merge(target.replaceAll("\\[\\d+]", ""), 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot list " + DESCRIPTORS, e);
        }
        return open;
    }

    /** The JVM keeps one socket for good once it has closed its first: let that have happened. */
    private static void warmUp() {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            first.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no socket can be opened on loopback", e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "/proc/closed since it was listed";
        }
    }

    private record Counts(
            Map<String, Integer> threads,
            Map<String, Integer> descriptors,
            long directBytes,
            long pooledBytes) {}
}
