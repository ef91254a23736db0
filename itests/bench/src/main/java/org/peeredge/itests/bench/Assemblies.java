// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.NodeSpec;

/**
 * What an assembly costs before it does anything: CPU seconds until its registry answers (second
 * and later starts, as after a reboot), resident memory {@link #IDLE} later, size of the archive. A
 * mesh of its own, so that everything runs.
 */
final class Assemblies {
    private static final int STARTS = 5;
    private static final Duration IDLE = Duration.ofSeconds(15);

    private Assemblies() {}

    static List<Figure> measure(Path work) throws IOException, InterruptedException {
        List<Figure> rows = new ArrayList<>();
        rows.addAll(one("edge", work, "<= 3", "1.6", "<= 160", "120"));
        rows.add(
                Figure.of(
                        "edge: tar.gz",
                        List.of(Files.size(Distribution.archive("edge")) / 1e6),
                        "<= 35",
                        "25",
                        "MB"));
        rows.addAll(one("full", work, "<= 8", "5", "<= 260", "200"));
        return rows;
    }

    private static List<Figure> one(
            String kind,
            Path work,
            String cpuMust,
            String cpuAim,
            String memoryMust,
            String memoryAim)
            throws IOException, InterruptedException {
        Path folder = Distribution.unpack(kind, work);
        NodeSpec spec =
                new NodeSpec(
                        kind,
                        folder,
                        work.resolve(kind + "-home"),
                        new NodeSpec.Ports("127.0.0.1", 17440, 17441, 17450, 17460, 17101),
                        Map.of("org.peeredge.kernel.node", Map.of("mesh.create", "true")),
                        List.of(),
                        "");
        List<Double> cpu = new ArrayList<>();
        List<Double> memory = new ArrayList<>();
        for (int i = 0; i <= STARTS; i++) {
            try (NodeProcess node = NodeProcess.start(spec)) {
                ready(node);
                long pid = Cpu.javaPid(node.handle());
                double seconds = Cpu.seconds(pid);
                if (i > 0) { // the first start also unpacks bundles and makes keys
                    cpu.add(seconds);
                    TimeUnit.SECONDS.sleep(IDLE.toSeconds());
                    memory.add(Cpu.residentBytes(pid) / 1048576.0);
                }
            }
        }
        return List.of(
                Figure.of(kind + ": CPU seconds to ready", cpu, cpuMust, cpuAim, "s"),
                Figure.of(kind + ": resident idle", memory, memoryMust, memoryAim, "MiB"));
    }

    /** Waits until the registry of a node on loopback answers. */
    static void ready(NodeProcess node) throws IOException {
        var ran =
                Commands.run(
                        Duration.ofMinutes(2),
                        Map.of("KARAF_BASE", node.spec().home().toString()),
                        List.of(
                                node.spec().distribution().resolve("bin/status").toString(),
                                "--wait",
                                "100"));
        if (ran.status() != 0) {
            throw new IOException(
                    node.spec().name() + " is not ready: " + ran.output() + node.log());
        }
    }
}
