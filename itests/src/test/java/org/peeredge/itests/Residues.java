// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Compares what a process holds now with what it held. */
final class Residues {
    /** Carriers of virtual threads, made and ended by the JVM as it needs them. */
    private static final String CARRIER = "thread:ForkJoinPool-#-worker-#";

    private Residues() {}

    /**
     * Waits until nothing is held beyond {@code before}; fails with what is.
     *
     * @param spareClasses classes that may be more
     * @param spareDirectBytes direct memory that may be more
     */
    static void awaitNoMore(
            NodeDriver driver,
            Map<String, Long> before,
            Duration limit,
            long spareClasses,
            long spareDirectBytes)
            throws Exception {
        AtomicReference<List<String>> more = new AtomicReference<>(List.of());
        try {
            Condition.await(
                    "nothing more is held",
                    limit,
                    () -> {
                        more.set(more(before, driver.residue(), spareClasses, spareDirectBytes));
                        return more.get().isEmpty();
                    });
        } catch (AssertionError e) {
            throw new AssertionError("held beyond " + before + ": " + more.get(), e);
        }
    }

    private static List<String> more(
            Map<String, Long> before, Map<String, Long> now, long classes, long direct) {
        return now.entrySet().stream()
                .filter(e -> !e.getKey().equals(CARRIER) && !e.getKey().equals("closed"))
                .filter(e ->
                        e.getValue() - before.getOrDefault(e.getKey(), 0L)
                                > switch (e.getKey()) {
                                    case "classes" -> classes;
                                    case "direct" -> direct;
                                    default -> 0;
                                })
                .map(e ->
                        e.getKey()
                                + " "
                                + before.getOrDefault(e.getKey(), 0L)
                                + " -> "
                                + e.getValue())
                .toList();
    }
}
