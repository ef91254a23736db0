// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the kernel says of processes. */
final class Cpu {
    /** Linux counts in hundredths of a second for user space (USER_HZ). */
    private static final double TICKS_PER_SECOND = 100;

    private static final Pattern SMAPS =
            Pattern.compile("^(Rss|Anonymous|Pss_Anon):\\s+(\\d+) kB", Pattern.MULTILINE);

    private Cpu() {}

    /** User and system seconds of a process and its threads so far. */
    static double seconds(long pid) throws IOException {
        return secondsOf(Files.readString(Path.of("/proc/" + pid + "/stat")));
    }

    /** The same of what its file, or a thread's, says. */
    static double secondsOf(String stat) {
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS_PER_SECOND;
    }

    /** Sum over processes. */
    static double seconds(List<Long> pids) throws IOException {
        double sum = 0;
        for (long pid : pids) {
            sum += seconds(pid);
        }
        return sum;
    }

    /** Resident bytes, with the mapped files (class data, natives) that are resident. */
    static long residentBytes(long pid) throws IOException {
        Matcher m = SMAPS.matcher(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")));
        while (m.find()) {
            if (m.group(1).equals("Rss")) {
                return Long.parseLong(m.group(2)) * 1024;
            }
        }
        throw new IOException("no Rss of process " + pid);
    }

    /**
     * What a process has in memory.
     *
     * @param residentBytes with mapped files (class data, natives) that are resident
     * @param anonymousBytes without them
     */
    record Memory(double residentBytes, double anonymousBytes) {}

    /** Quicker than {@link #residentBytes}: the kernel's counters, which may be some pages off. */
    static Memory memory(long pid) throws IOException {
        String status = Files.readString(Path.of("/proc/" + pid + "/status"));
        return new Memory(kilobytes(status, "VmRSS") * 1024, kilobytes(status, "RssAnon") * 1024);
    }

    private static double kilobytes(String status, String name) throws IOException {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name));
    }

    /** The Java process that a start script turned into or started. */
    static long javaPid(ProcessHandle started) {
        return Stream.concat(Stream.of(started), started.descendants())
                .filter(p -> p.info().command().map(c -> c.endsWith("/java")).orElse(false))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("no java below process " + started.pid()))
                .pid();
    }
}
