// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.UpstreamRegistry;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * An edge on a small device ({@link SmallBox}: a quarter of a core, 192 MiB, no AES instructions)
 * takes a blob from the helper, checks and stores it; its link is the limit, or it is not. The
 * client asks for the last byte only and runs outside the box. Rates and sizes are not divided.
 */
final class SmallDevice implements Experiment {
    private static final double CORES = 0.25;
    private static final long MEMORY_BYTES = 192L << 20;
    private static final String DEVICE = "h1";
    private static final String HELPER = "h0";
    private static final String CHACHA = "TLS_CHACHA20_POLY1305_SHA256";
    private static final String SUITES = "TLS_AES_128_GCM_SHA256:" + CHACHA;
    private static final String CHOSE = "chose ChaCha20";
    private static final double SECONDS = 8; // what the link needs for the blob
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Map<String, List<Double>> values = new LinkedHashMap<>();
    private int busy;

    @Override
    public String id() {
        return "smalldevice";
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        String title = "an edge with 0.25 core, 192 MiB and no AES instructions, from the helper";
        if (!tries.only().isEmpty() && !tries.only().contains(Arena.HELPED)) {
            System.out.println("  none of these systems; there is " + Arena.HELPED);
            return new Outcome(title, List.of(), List.of(), Map.of());
        }
        if (!SmallBox.possible()) {
            System.out.println("  the control groups of this machine cannot be changed");
            return new Outcome(title + " (not possible here)", List.of(), List.of(), Map.of());
        }
        measure(work, tries.runs(), tries.spare());
        List<SwarmRow> rows = new ArrayList<>();
        rows.add(row(CHOSE, "1: yes").goal("", ">= 1", "1").ofTheWorst());
        rows.add(row("part of 100 Mbit/s that it fills", "x").goal("", ">= 0.95", ""));
        rows.add(row("part of 200 Mbit/s that it fills", "x").goal("", "", ">= 0.95"));
        for (String name : values.keySet()) {
            if (rows.stream().noneMatch(row -> row.name().equals(name))) {
                rows.add(row(name, name.startsWith("memory") ? "MiB" : "s"));
            }
        }
        return new Outcome(
                title + (busy > 0 ? "; thrown away for a busy machine: " + busy : ""),
                List.of(),
                rows,
                Map.of());
    }

    private SwarmRow row(String name, String unit) {
        List<Double> of = values.getOrDefault(name, List.of());
        return SwarmRow.of(name, unit, of.isEmpty() ? Map.of() : Map.of(Arena.HELPED, of));
    }

    private void add(String name, double value) {
        values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    private void measure(Path work, int runs, int spare) throws IOException, InterruptedException {
        try (Lab lab = Lab.oneLan(Distribution.root(), 2, 100);
                UpstreamRegistry _ =
                        UpstreamRegistry.start(
                                lab.in(HELPER), "0.0.0.0", 5000, work.resolve("registry"));
                SmallBox box = SmallBox.make(CORES, MEMORY_BYTES);
                LabMesh mesh = new LabMesh(lab, work.resolve("mesh"))) {
            mesh.startOrigin(Map.of());
            long begun = System.nanoTime();
            NodeProcess device = mesh.startEdge(DEVICE, box.launcher());
            add("ready after", (System.nanoTime() - begun) / 1e9);
            mesh.awaitConnected(List.of(DEVICE), 1);
            int seed = 0;
            fetch(lab, work, box, device, "warm-up", 100, ++seed);
            for (int megabits : List.of(100, 200)) {
                lab.netlab("set", "all", "up=" + megabits + "mbit", "down=" + megabits + "mbit")
                        .ok();
                int good = 0;
                for (int i = 1; good < runs && i <= runs + spare; i++) {
                    good += fetch(lab, work, box, device, "" + i, megabits, ++seed) ? 1 : 0;
                }
            }
            add("memory of the group at most, page cache included", box.peakBytes() / 1048576);
            add(CHOSE, suite(lab).equals(CHACHA) ? 1 : 0);
        }
    }

    /** Whether it counts. */
    private boolean fetch(
            Lab lab,
            Path work,
            SmallBox box,
            NodeProcess device,
            String run,
            int megabits,
            int seed)
            throws IOException, InterruptedException {
        int bytes = (int) (SECONDS * megabits * 1e6 / 8);
        Content content =
                Content.make(
                        work.resolve("images"),
                        "t" + seed,
                        15_485_863L * seed,
                        Collections.nCopies(1, new Layer(bytes, Packing.GZIP)));
        content.push(lab);
        long pid = Cpu.javaPid(device.handle());
        double size = Files.size(content.blobs().getFirst());
        // The helper has it before the device asks: its own fetching is not what is measured.
        ask(lab, HELPER, content, (long) size);
        TimeUnit.MILLISECONDS.sleep(500);
        double cpu = Cpu.seconds(pid);
        double throttled = box.throttledSeconds();
        Machine machine = Machine.watch();
        long start = System.nanoTime();
        ask(lab, DEVICE, content, (long) size);
        Pair.awaitStored(device, content.firstLayer());
        double seconds = (System.nanoTime() - start) / 1e9;
        Machine.Seen seen = machine.stop();
        String doubts = seen.doubts(seconds);
        double part = Bounds.seconds(size, megabits) / seconds;
        System.out.printf(
                Locale.ROOT,
                "  %d Mbit/s %s: %.2f s, fills %.3f of the link, CPU %.2f s, not let run %.2f s, resident %.0f MiB, busy %.0f %%%s%n",
                megabits,
                run,
                seconds,
                part,
                Cpu.seconds(pid) - cpu,
                box.throttledSeconds() - throttled,
                Cpu.residentBytes(pid) / 1048576.0,
                seen.busy() * 100,
                doubts.isEmpty() ? "" : "  THROWN AWAY: " + doubts);
        if (run.equals("warm-up")) {
            return false;
        }
        if (!doubts.isEmpty()) {
            busy++;
            return false;
        }
        add("part of " + megabits + " Mbit/s that it fills", part);
        add(
                "CPU of the device per GB, at " + megabits + " Mbit/s",
                (Cpu.seconds(pid) - cpu) / (size / 1e9));
        add("not let run, at " + megabits + " Mbit/s", box.throttledSeconds() - throttled);
        add("memory resident, at " + megabits + " Mbit/s", Cpu.residentBytes(pid) / 1048576.0);
        return true;
    }

    /** Asks the registry of the node at a host for the last byte, so that all of it is fetched. */
    private static void ask(Lab lab, String host, Content content, long size) {
        List<String> words = new ArrayList<>(lab.inNetworkOf(host));
        String last = Long.toString(size - 1);
        words.addAll(List.of("curl", "-sSf", "-o", "/dev/null", "-r", last + "-" + last));
        words.add(
                "http://127.0.0.1:7450/v2/"
                        + Content.REPOSITORY
                        + "/blobs/"
                        + content.firstLayer());
        Commands.run(PATIENCE, Map.of(), words).ok();
    }

    /** What the device takes of two ciphers, AES first, when somebody connects. */
    private static String suite(Lab lab) {
        List<String> words = new ArrayList<>(lab.inNetworkOf(HELPER));
        words.addAll(List.of("openssl", "s_client", "-brief", "-tls1_3", "-ciphersuites", SUITES));
        words.addAll(List.of("-connect", lab.addressOf(DEVICE) + ":7440"));
        String said = Commands.run(Duration.ofSeconds(20), Map.of(), words).output();
        return said.lines()
                .filter(line -> line.startsWith("Ciphersuite: "))
                .map(line -> line.substring("Ciphersuite: ".length()).strip())
                .findFirst()
                .orElse("none: " + said);
    }
}
