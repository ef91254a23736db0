// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small device as far as the kernel can play one: a control group that gets a part of a core and
 * so much memory, page cache included; what runs in it believes that the CPU has no AES
 * instructions. Works with version 1 of control groups and with version 2.
 */
final class SmallBox implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int PERIOD_MICROS = 100_000;

    /** AES-NI and PCLMULQDQ off, then VAES and VPCLMULQDQ: BoringSSL reads it when it is loaded. */
    private static final String NO_AES = "OPENSSL_ia32cap=~0x200000200000000:~0x60000000000";

    private static final String NO_AES_IN_JAVA = "EXTRA_JAVA_OPTS=-XX:-UseAES";
    private static final Pattern THROTTLED =
            Pattern.compile("throttled_(time|usec) (\\d+)", Pattern.MULTILINE);

    private final List<Path> groups;
    private final Path memory;
    private final Path cpu;

    private SmallBox(List<Path> groups, Path memory, Path cpu) {
        this.groups = groups;
        this.memory = memory;
        this.cpu = cpu;
    }

    private static boolean second() {
        return Files.exists(ROOT.resolve("cgroup.controllers"));
    }

    static boolean possible() {
        return second()
                ? Files.isWritable(ROOT.resolve("cgroup.subtree_control"))
                : Files.isWritable(ROOT.resolve("cpu")) && Files.isWritable(ROOT.resolve("memory"));
    }

    /** Makes it, empty. */
    static SmallBox make(double cores, long memoryBytes) throws IOException {
        String name = "peeredge-bench-" + ProcessHandle.current().pid();
        String quota = Long.toString(Math.round(cores * PERIOD_MICROS));
        SmallBox box;
        if (second()) {
            Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+cpu +memory");
            Path group = Files.createDirectory(ROOT.resolve(name));
            box = AtEnd.add(new SmallBox(List.of(group), group, group));
            Files.writeString(group.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
            Files.writeString(group.resolve("memory.max"), Long.toString(memoryBytes));
        } else {
            Path cpu = Files.createDirectory(ROOT.resolve("cpu").resolve(name));
            Path memory = Files.createDirectory(ROOT.resolve("memory").resolve(name));
            box = AtEnd.add(new SmallBox(List.of(cpu, memory), memory, cpu));
            Files.writeString(cpu.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_MICROS));
            Files.writeString(cpu.resolve("cpu.cfs_quota_us"), quota);
            Files.writeString(memory.resolve("memory.limit_in_bytes"), Long.toString(memoryBytes));
        }
        return box;
    }

    /** Words before a command that runs it inside. */
    List<String> launcher() {
        StringBuilder script = new StringBuilder();
        for (Path group : groups) {
            script.append("echo $$ >").append(group.resolve("cgroup.procs")).append(" && ");
        }
        List<String> words = new ArrayList<>(List.of("sh", "-c"));
        words.add(script + "exec \"$@\"");
        words.addAll(List.of("sh", "env", NO_AES, NO_AES_IN_JAVA));
        return words;
    }

    /** Seconds for which what is inside could have run and was not let, so far; of all threads. */
    double throttledSeconds() throws IOException {
        Matcher m = THROTTLED.matcher(Files.readString(cpu.resolve("cpu.stat")));
        if (!m.find()) {
            throw new IOException("no throttled time in " + cpu);
        }
        return Long.parseLong(m.group(2)) / (m.group(1).equals("time") ? 1e9 : 1e6);
    }

    /** The most memory that it ever had, page cache included. */
    double peakBytes() throws IOException {
        for (String name : List.of("memory.max_usage_in_bytes", "memory.peak")) {
            Path file = memory.resolve(name);
            if (Files.exists(file)) {
                return Long.parseLong(Files.readString(file).strip());
            }
        }
        return Double.NaN;
    }

    /** To be called when all that ran inside has ended. */
    @Override
    public void close() throws IOException {
        AtEnd.remove(this);
        for (Path group : groups) {
            Files.delete(group);
        }
    }
}
