// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.peeredge.itests.bench.Figure;
import org.peeredge.itests.bench.cache.Catalogue.Prices;
import org.peeredge.itests.bench.cache.Contest.Kind;
import org.peeredge.itests.bench.cache.Contest.Setting;

/**
 * The rows of suite {@code cache}. What counts is the part of the cost of fetching that hits
 * spared, with unlike prices ({@link Prices#MIXED}); the other two rates are printed beside it.
 */
public final class CacheRows {
    private static final int SEEDS = 3;
    private static final double[] ALPHAS = {1.0, 0.8};
    private static final double[] PARTS = {0.1, 0.5};
    private static final String UNIT = "cost spared";

    private CacheRows() {}

    /** Requests as they come in peace. */
    public static List<Figure> zipf(Path work) {
        List<Figure> rows = new ArrayList<>();
        for (Prices prices : Prices.values()) {
            for (double alpha : ALPHAS) {
                for (double part : PARTS) {
                    Setting s = new Setting(Kind.STEADY, alpha, part, prices);
                    rows.addAll(againstBounds(name(s), played(s), true));
                }
            }
        }
        return rows;
    }

    /** Every 500 requests a scan as large as the cache. */
    public static List<Figure> scans(Path work) {
        List<Figure> rows = new ArrayList<>();
        for (double alpha : ALPHAS) {
            for (double part : PARTS) {
                Setting s = new Setting(Kind.SCANS, alpha, part, Prices.MIXED);
                Map<String, List<Outcome>> all = played(s);
                rows.add(
                        Figure.of(
                                name(s) + ": density vs lru",
                                costs(all, Contest.DENSITY),
                                costs(all, Contest.LRU),
                                ">= 1.2",
                                "1.5",
                                UNIT));
            }
        }
        return rows;
    }

    /** Half way every rank is drawn anew. */
    public static List<Figure> shift(Path work) {
        List<Figure> rows = new ArrayList<>();
        for (double alpha : ALPHAS) {
            for (double part : PARTS) {
                Setting s = new Setting(Kind.SHIFT, alpha, part, Prices.MIXED);
                Map<String, List<Outcome>> all = played(s);
                rows.add(
                        Figure.of(
                                name(s) + ": turnovers until 95 % of the level before",
                                values(all, Contest.DENSITY, Outcome::turnovers),
                                "<= 1",
                                "",
                                "capacities fetched"));
                rows.add(better(name(s), all));
            }
        }
        return rows;
    }

    /**
     * Requests of users for models of theirs, with sizes drawn per user: the file that {@code
     * PEEREDGE_TRACE} names, none without it.
     */
    public static List<Figure> trace(Path work) throws IOException {
        String file = System.getenv("PEEREDGE_TRACE");
        if (file == null || !Files.exists(Path.of(file))) {
            System.out.println("no trace: PEEREDGE_TRACE names no file");
            return List.of();
        }
        List<Figure> rows = new ArrayList<>();
        for (double part : PARTS) {
            Map<String, List<Outcome>> all = new LinkedHashMap<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                Workload workload = Trace.read(Path.of(file), Prices.MIXED, seed);
                long capacity = (long) (workload.workingSetBytes(Integer.MAX_VALUE) * part);
                add(all, Contest.run(workload, capacity, true));
            }
            String name = "trace, cache %.0f %%".formatted(part * 100);
            print(name, all);
            rows.addAll(againstBounds(name, all, false));
        }
        return rows;
    }

    private static List<Figure> againstBounds(
            String name, Map<String, List<Outcome>> all, boolean counts) {
        return List.of(
                better(name, all),
                Figure.of(
                        name + ": density vs Belady",
                        costs(all, Contest.DENSITY),
                        costs(all, Contest.BELADY),
                        counts ? ">= 0.93" : "",
                        counts ? "0.96" : "",
                        UNIT));
    }

    private static Figure better(String name, Map<String, List<Outcome>> all) {
        List<Double> lru = costs(all, Contest.LRU);
        List<Double> lfu = costs(all, Contest.LFU);
        List<Double> best = new ArrayList<>();
        for (int i = 0; i < lru.size(); i++) {
            best.add(Math.max(lru.get(i), lfu.get(i)));
        }
        return Figure.of(
                name + ": density vs the better of LRU and aged LFU",
                costs(all, Contest.DENSITY),
                best,
                ">= 1",
                "",
                UNIT);
    }

    private static Map<String, List<Outcome>> played(Setting s) {
        Map<String, List<Outcome>> all = new LinkedHashMap<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            add(all, Contest.run(s, seed));
        }
        print(name(s), all);
        return all;
    }

    private static void add(Map<String, List<Outcome>> all, Map<String, Outcome> one) {
        one.forEach((name, o) -> all.computeIfAbsent(name, n -> new ArrayList<>()).add(o));
    }

    private static void print(String name, Map<String, List<Outcome>> all) {
        System.out.println("\n" + name + " (medians of " + SEEDS + " seeds)\n");
        System.out.println(
                "| policy | requests | bytes | cost | turnovers |\n|---|---|---|---|---|");
        all.forEach((policy, outcomes) ->
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.3f | %.3f | %.3f | %.2f |%n",
                        policy,
                        median(outcomes, Outcome::requests),
                        median(outcomes, Outcome::bytes),
                        median(outcomes, Outcome::cost),
                        median(outcomes, Outcome::turnovers)));
    }

    private static double median(List<Outcome> outcomes, ToDoubleFunction<Outcome> what) {
        double[] sorted = outcomes.stream().mapToDouble(what).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static List<Double> costs(Map<String, List<Outcome>> all, String policy) {
        return values(all, policy, Outcome::cost);
    }

    private static List<Double> values(
            Map<String, List<Outcome>> all, String policy, ToDoubleFunction<Outcome> what) {
        return all.getOrDefault(policy, List.of()).stream().map(what::applyAsDouble).toList();
    }

    private static String name(Setting s) {
        String kind =
                switch (s.kind()) {
                    case STEADY -> "Zipf";
                    case SCANS -> "Zipf with scans";
                    case SHIFT -> "Zipf that shifts";
                };
        String prices =
                switch (s.prices()) {
                    case MIXED -> "";
                    case BYTES -> ", cost = bytes";
                    case REQUESTS -> ", cost = requests";
                };
        return String.format(
                Locale.ROOT, "%s %.1f, cache %.0f %%%s", kind, s.alpha(), s.part() * 100, prices);
    }
}
