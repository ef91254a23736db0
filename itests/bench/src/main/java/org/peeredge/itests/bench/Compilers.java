// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What part of the CPU time of some JVMs goes to their compilers: much while they are young, next
 * to nothing when they have run for days.
 */
public final class Compilers {
    private final List<Long> pids;
    private Map<Long, Double> before;
    private double allBefore;

    /** Looks for the first time. */
    public Compilers(List<Long> pids) throws IOException {
        this.pids = pids;
        before = threads();
        allBefore = Cpu.seconds(pids);
    }

    /** Their part since the last look, 0 to 1; threads that ended meanwhile are left out. */
    public double part() throws IOException {
        Map<Long, Double> now = threads();
        double all = Cpu.seconds(pids);
        double compiled = 0;
        for (Map.Entry<Long, Double> e : now.entrySet()) {
            compiled += e.getValue() - before.getOrDefault(e.getKey(), 0.0);
        }
        double part = all > allBefore ? compiled / (all - allBefore) : 0;
        before = now;
        allBefore = all;
        return part;
    }

    /** CPU seconds of each compiler thread so far. */
    private Map<Long, Double> threads() throws IOException {
        Map<Long, Double> seconds = new HashMap<>();
        for (long pid : pids) {
            Path tasks = Path.of("/proc/" + pid + "/task");
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
                for (Path thread : threads) {
                    try {
                        String stat = Files.readString(thread.resolve("stat"));
                        if (stat.matches("(?s)\\d+ \\(C[12] Compiler.*")) {
                            long id = Long.parseLong(thread.getFileName().toString());
                            seconds.put(id, Cpu.secondsOf(stat));
                        }
                    } catch (NoSuchFileException e) {
                        // it ended
                    }
                }
            }
        }
        return seconds;
    }
}
