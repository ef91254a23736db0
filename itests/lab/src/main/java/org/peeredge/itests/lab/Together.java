// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Does the same at many hosts at once. */
public final class Together {
    private Together() {}

    /** What is done at a host; ends when it is done. */
    public interface Task {
        void at(String host) throws Exception;
    }

    /**
     * Begins one host {@code gapSeconds} after the other, each on a thread of its own, and waits
     * for all.
     *
     * @return each one's seconds from its own beginning
     * @throws IllegalStateException if one failed, with its failure as the cause
     */
    public static Map<String, Double> run(List<String> hosts, double gapSeconds, Task task)
            throws InterruptedException {
        Map<String, Double> seconds = new ConcurrentHashMap<>();
        ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            long start = begin + (long) (i * gapSeconds * 1e9);
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    TimeUnit.NANOSECONDS.sleep(start - System.nanoTime());
                                    task.at(host);
                                    seconds.put(host, (System.nanoTime() - start) / 1e9);
                                } catch (Exception | AssertionError e) {
                                    errors.add(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!errors.isEmpty()) {
            throw new IllegalStateException("a member failed", errors.peek());
        }
        return new TreeMap<>(seconds);
    }
}
