// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.kernel.node.authority.AuthorityKey;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.NodeSpec;

/**
 * An edge, with the flags that it is shipped with, holds 10 GB and sends them to 50 members at
 * once, at the rate of a gigabit link in all; they are {@link Receiver}s of this process, over tcp
 * on loopback, which take other parts each. What counts is the node's memory, so a busy machine
 * changes nothing. It is restarted for each run.
 */
final class Seeding implements Experiment {
    private static final int BLOBS = 10;
    private static final int BLOB_BYTES = 1 << 30;
    private static final int MEMBERS = 50;
    private static final int SECONDS = 40;

    /** Each member takes 1 MiB so often: 100 MiB/s in all. */
    private static final long PAUSE_NANOS = 500_000_000;

    private static final long SAMPLE_MILLIS = 250;
    private static final NodeSpec.Ports PORTS =
            new NodeSpec.Ports("127.0.0.1", 17440, 17441, 17450, 17460, 17101);

    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    @Override
    public String id() {
        return "seed";
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        String title = "an edge that seeds 10 GB to 50 members";
        if (!tries.only().isEmpty() && !tries.only().contains(Arena.PLAIN)) {
            System.out.println("  none of these systems; there is " + Arena.PLAIN);
            return new Outcome(title, List.of(), List.of(), Map.of());
        }
        NodeSpec spec =
                new NodeSpec(
                        "seeder",
                        Distribution.unpack("edge", work),
                        work.resolve("home"),
                        PORTS,
                        Map.of("org.peeredge.kernel.node", Map.of("mesh.create", "true")),
                        List.of(),
                        "");
        NodeProcess node = NodeProcess.start(spec);
        try {
            Assemblies.ready(node);
            List<String> digests = new ArrayList<>();
            for (int i = 0; i < BLOBS; i++) {
                digests.add(
                        Http.publish(node, work, "seed" + i, 32_452_843L * (i + 1), BLOB_BYTES)
                                .blobs()
                                .getLast()
                                .digest());
            }
            AuthorityKey authority =
                    AuthorityKey.load(spec.home().resolve("data/peeredge/node/authority.pem"))
                            .orElseThrow();
            for (int run = 1; run <= tries.runs(); run++) {
                node.close();
                node.restart();
                Assemblies.ready(node);
                run(node, authority, digests, run);
            }
        } finally {
            node.close();
        }
        List<SwarmRow> rows = new ArrayList<>();
        values.forEach((name, list) -> {
            SwarmRow row =
                    SwarmRow.of(
                            name,
                            name.startsWith("rate") ? "MB/s" : "MiB",
                            Map.of(Arena.PLAIN, list));
            rows.add(
                    name.equals("resident at most")
                            ? row.goal("<= 200", "<= 200", "128").ofTheWorst()
                            : row);
        });
        return new Outcome(title, List.of(), rows, Map.of());
    }

    private void run(NodeProcess node, AuthorityKey authority, List<String> digests, int number)
            throws IOException, InterruptedException {
        long pid = Cpu.javaPid(node.handle());
        double idle = Cpu.memory(pid).residentBytes() / 1048576.0;
        List<Receiver> receivers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
        List<Cpu.Memory> seen = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (int i = 0; i < MEMBERS; i++) {
                Receiver receiver = Receiver.connect(authority, PORTS.host(), PORTS.channel());
                receivers.add(receiver);
                int first = i * BLOBS * (BLOB_BYTES / Receiver.GROUP_BYTES) / MEMBERS;
                threads.add(
                        Thread.ofPlatform()
                                .name("receiver-" + i)
                                .start(() -> take(receiver, digests, first, failures)));
            }
            start = System.nanoTime();
            while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(SECONDS)) {
                TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
                seen.add(Cpu.memory(pid));
            }
        } finally {
            for (Receiver receiver : receivers) {
                receiver.close();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IOException(
                    failures.size() + " receivers failed: " + node.log(), failures.peek());
        }
        report(number, idle, seen, receivers, seconds);
    }

    private static void take(
            Receiver receiver,
            List<String> digests,
            int first,
            ConcurrentLinkedQueue<Exception> failures) {
        try {
            receiver.take(digests, BLOB_BYTES / Receiver.GROUP_BYTES, first, PAUSE_NANOS);
        } catch (IOException | InterruptedException e) {
            failures.add(e);
        }
    }

    private void report(
            int number,
            double idle,
            List<Cpu.Memory> seen,
            List<Receiver> receivers,
            double seconds) {
        double most = seen.stream().mapToDouble(Cpu.Memory::residentBytes).max().orElseThrow();
        double mean = seen.stream().mapToDouble(Cpu.Memory::residentBytes).average().orElseThrow();
        double own = seen.stream().mapToDouble(Cpu.Memory::anonymousBytes).max().orElseThrow();
        double ownMean =
                seen.stream().mapToDouble(Cpu.Memory::anonymousBytes).average().orElseThrow();
        double bytes = receivers.stream().mapToDouble(Receiver::receivedBytes).sum();
        long refusals = receivers.stream().mapToLong(Receiver::refusals).sum();
        add("resident at most", most / 1048576);
        add("resident, mean", mean / 1048576);
        add("of it without mapped files, at most", own / 1048576);
        add("of it without mapped files, mean", ownMean / 1048576);
        add("resident before", idle);
        add("rate of all together", bytes / seconds / 1e6);
        System.out.printf(
                Locale.ROOT,
                "  %d: resident %.0f MiB before, %.0f at most, %.0f mean; without mapped files %.0f at most, %.0f mean; %.0f MB/s, %d refusals%n",
                number,
                idle,
                most / 1048576,
                mean / 1048576,
                own / 1048576,
                ownMean / 1048576,
                bytes / seconds / 1e6,
                refusals);
    }

    private void add(String name, double value) {
        values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }
}
