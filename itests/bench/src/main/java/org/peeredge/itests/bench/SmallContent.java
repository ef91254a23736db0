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
import org.peeredge.itests.lab.Topology.Link;
import org.peeredge.itests.lab.Topology;
import org.peeredge.ops.quickstart.Digests;

/**
 * Small objects on the links of P1 with four members: how long it takes until all of them have 1
 * byte, 1 KB, 1 MB that is new to all (curl at each member, in its own words), and an image of
 * 1,000 small layers beside one of the same bytes in one layer.
 */
final class SmallContent implements Experiment {
    private static final int FACTOR = 4;
    private static final int OBJECTS = 15;
    private static final int WARM_UP = 5;

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

    private final Random random = new Random(9);
    private int pushed;

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>(); // row, system
        List<SwarmRun> runs = new ArrayList<>();
        try (Arena arena = Arena.open(SCENARIO, work)) {
            for (String system : tries.systems(SCENARIO)) {
                if (system.equals(Arena.PLAIN)) {
                    arena.stopHelper();
                }
                SIZES.forEach((name, bytes) -> {
                    List<Double> of = objects(arena, work, system, bytes);
                    values.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(system, of);
                    System.out.printf(
                            Locale.ROOT, "  %-18s %s: %.1f ms%n", system, name, Figure.median(of));
                });
                Map<String, List<Double>> ratios =
                        values.computeIfAbsent("many", n -> new LinkedHashMap<>());
                for (int i = 1; i <= tries.runs(); i++) {
                    SwarmRun many = image(arena, system, i, 1_000);
                    SwarmRun one = image(arena, system, i, 1);
                    runs.addAll(List.of(many, one));
                    if (many.counts() && one.counts()) {
                        ratios.computeIfAbsent(system, s -> new ArrayList<>())
                                .add(many.last() / one.last());
                    }
                }
            }
        }
        List<SwarmRow> rows = new ArrayList<>();
        SIZES.keySet()
                .forEach(name -> {
                    String must = name.equals("1 B") ? "<= 30" : "";
                    String aim = name.equals("1 B") ? "8" : "";
                    rows.add(row("all have " + name, "ms", values.get(name), must, aim));
                });
        rows.add(
                row(
                        "1,000 layers of 25 KB / one of 25 MB",
                        "x",
                        values.get("many"),
                        "<= 1.3",
                        "1.1"));
        return new Outcome(SCENARIO.title(), runs, rows, Distributions.bounds(SCENARIO, runs));
    }

    private static SwarmRow row(
            String name,
            String unit,
            @org.jspecify.annotations.Nullable Map<String, List<Double>> values,
            String must,
            String aim) {
        return new SwarmRow(name, unit, values == null ? Map.of() : values, must, must, aim);
    }

    private static SwarmRun image(Arena arena, String system, int number, int layers)
            throws IOException, InterruptedException {
        int bytes = 100_000_000 / FACTOR / layers;
        Content content =
                arena.publish(Collections.nCopies(layers, new Layer(bytes, Packing.GZIP)));
        SwarmRun run = arena.run(system, number, content, content.bytes());
        arena.forgetPulled();
        System.out.printf(
                Locale.ROOT,
                "  %-18s %d layers: last %.2f s, origin copies %.2f, busy %.0f %% %s%n",
                system,
                layers,
                run.last(),
                run.originCopies(),
                run.machine().busy() * 100,
                run.doubts());
        return run;
    }

    /** Milliseconds until the last member has a new object, of several objects. */
    private List<Double> objects(Arena arena, Path work, String system, int bytes) {
        List<Double> millis = new ArrayList<>();
        String registry =
                system.equals(Arena.BASELINE)
                        ? arena.lab().addressOf("h0") + ":5000"
                        : "127.0.0.1:7450";
        for (int i = 0; i < WARM_UP + OBJECTS; i++) {
            String path = push(arena, work, bytes);
            Map<String, Double> each = new ConcurrentHashMap<>();
            try {
                Together.run(
                        SCENARIO.topology().members(),
                        0,
                        host -> each.put(host, fetch(arena, host, "http://" + registry + path)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return millis;
            }
            if (i >= WARM_UP) {
                millis.add(each.values().stream().mapToDouble(x -> x).max().orElseThrow() * 1000);
            }
        }
        return millis;
    }

    private static double fetch(Arena arena, String host, String url) {
        List<String> words = new ArrayList<>(arena.lab().inNetworkOf(host));
        words.addAll(List.of("curl", "-sSf", "-o", "/dev/null", "-w", "%{time_total}", url));
        return Double.parseDouble(
                Commands.run(Duration.ofMinutes(1), Map.of(), words).ok().output());
    }

    /** Puts random bytes into the plain registry, as a blob. */
    private String push(Arena arena, Path work, int bytes) {
        try {
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
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
