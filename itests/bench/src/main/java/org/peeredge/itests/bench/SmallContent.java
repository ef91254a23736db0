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
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.Together;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Link;
import org.peeredge.ops.quickstart.Digests;

/**
 * Small objects on the links of P1 with four members: all ask at once for 1 byte, 1 KB, 1 MB that
 * is new to all, and the slowest request counts (as curl at each member says: its start is not in
 * it); and 1,000 small files beside one of the same bytes.
 */
final class SmallContent implements Experiment {
    private static final int FACTOR = 4;
    private static final int OBJECTS = 15;
    private static final int WARM_UP = 60;

    /** Puts file {@code $1} where uploads of {@code $0} go, as {@code $2}. */
    private static final String UPLOAD =
            """
            at=$(curl -sSfi -X POST "http://127.0.0.1:5000$0uploads/" | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
            curl -sSf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$1" "$at&digest=$2"
            """;

    private static final Map<String, Integer> SIZES = new LinkedHashMap<>();

    static {
        SIZES.put("1 B", 1);
        SIZES.put("1 KB", 1_000);
        SIZES.put("1 MB", 1_000_000);
    }

    private static final Scenario SCENARIO =
            new Scenario(
                    "p9",
                    "one LAN, N = 4, small objects",
                    Topology.oneLan(4, Link.of(100)).dividedBy(FACTOR),
                    FACTOR,
                    0,
                    false,
                    "",
                    List.of(Arena.HELPED, Arena.PLAIN, Arena.BASELINE));

    private static final Scenario MANY = SCENARIO.named("p9-1000");
    private static final Scenario ONE = SCENARIO.named("p9-1");
    private static final String RATIO = "1,000 files of 25 KB / one of 25 MB";

    private final Random random = new Random(9);
    private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private final List<SwarmRun> runs = new ArrayList<>();
    private int pushed;

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        List<String> systems = tries.systems(SCENARIO);
        try (Arena arena = Arena.open(SCENARIO, work)) {
            turns(arena, work, tries, systems.stream().filter(Arena.HELPED::equals).toList());
            arena.stopHelper();
            turns(
                    arena,
                    work,
                    tries,
                    systems.stream().filter(s -> !s.equals(Arena.HELPED)).toList());
        }
        List<SwarmRow> rows = new ArrayList<>();
        for (String size : SIZES.keySet()) {
            SwarmRow row = SwarmRow.of("slowest member's " + size, "ms", of(size));
            rows.add(size.equals("1 B") ? row.goal("<= 30", "<= 30", "8") : row);
        }
        rows.add(SwarmRow.of(RATIO, "x", of(RATIO)).goal("<= 1.3", "<= 1.3", "1.1"));
        return new Outcome(SCENARIO.title(), runs, rows, Distributions.bounds(SCENARIO, runs));
    }

    /** By system. */
    private Map<String, List<Double>> of(String row) {
        return values.computeIfAbsent(row, r -> new LinkedHashMap<>());
    }

    private List<Double> of(String row, String system) {
        return of(row).computeIfAbsent(system, s -> new ArrayList<>());
    }

    /** Systems take turns with each object and each image. */
    private void turns(Arena arena, Path work, Tries tries, List<String> systems)
            throws IOException, InterruptedException {
        for (Map.Entry<String, Integer> size : SIZES.entrySet()) {
            for (int i = 0; i < WARM_UP + OBJECTS; i++) {
                for (String system : systems) {
                    double millis = object(arena, work, system, size.getValue());
                    if (i >= WARM_UP) {
                        of(size.getKey(), system).add(millis);
                    }
                }
            }
            for (String system : systems) {
                System.out.printf(
                        Locale.ROOT,
                        "  %-18s %s: %.1f ms%n",
                        system,
                        size.getKey(),
                        Figure.median(of(size.getKey(), system)));
            }
        }
        for (int i = 1; i <= tries.runs() + tries.spare(); i++) {
            for (String system : systems) {
                if (of(RATIO, system).size() < tries.runs()) {
                    SwarmRun many = files(arena, MANY, system, i, 1_000);
                    SwarmRun one = files(arena, ONE, system, i, 1);
                    runs.addAll(List.of(many, one));
                    if (many.counts() && one.counts()) {
                        of(RATIO, system).add(many.last() / one.last());
                    }
                }
            }
        }
    }

    private static SwarmRun files(Arena arena, Scenario as, String system, int number, int count)
            throws IOException, InterruptedException {
        int bytes = 100_000_000 / FACTOR / count;
        Content content =
                arena.publish(Collections.nCopies(count, new Layer(bytes, Packing.GZIP))).asFiles();
        SwarmRun run = arena.run(as, system, number, content, content.bytes());
        arena.forgetPulled();
        System.out.printf(
                Locale.ROOT,
                "  %-18s %d files: last %.2f s, origin copies %.2f, busy %.0f %% %s%n",
                system,
                count,
                run.last(),
                run.originCopies(),
                run.machine().busy() * 100,
                run.doubts());
        return run;
    }

    /** Milliseconds that the slowest member's request for a new object takes; all ask at once. */
    private double object(Arena arena, Path work, String system, int bytes)
            throws IOException, InterruptedException {
        String registry =
                system.equals(Arena.BASELINE)
                        ? arena.lab().addressOf("h0") + ":5000"
                        : "127.0.0.1:7450";
        String path = push(arena, work, bytes);
        Map<String, Double> each = new ConcurrentHashMap<>();
        Together.run(
                SCENARIO.topology().members(),
                0,
                host -> each.put(host, fetch(arena, host, "http://" + registry + path)));
        return Collections.max(each.values()) * 1000;
    }

    private static double fetch(Arena arena, String host, String url) {
        List<String> words = new ArrayList<>(arena.lab().inNetworkOf(host));
        words.addAll(List.of("curl", "-sSf", "-o", "/dev/null", "-w", "%{time_total}", url));
        return Double.parseDouble(
                Commands.run(Duration.ofMinutes(1), Map.of(), words).ok().output());
    }

    /** Puts random bytes into the plain registry, as a blob. */
    private String push(Arena arena, Path work, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        content[0] = (byte) pushed++; // a single byte at random may have been there before
        Path file = Files.write(work.resolve("object"), content);
        String path = "/v2/" + Content.REPOSITORY + "/blobs/";
        String digest = Digests.of(content);
        List<String> words = new ArrayList<>(arena.lab().inNetworkOf("h0"));
        words.addAll(List.of("sh", "-c", UPLOAD, path, file.toString(), digest));
        Commands.run(Duration.ofMinutes(1), Map.of(), words).ok();
        return path + digest;
    }
}
