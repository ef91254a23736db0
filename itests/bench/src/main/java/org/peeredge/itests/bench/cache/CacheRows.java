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
import java.util.function.BiFunction;
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
            rows.addAll(each(Kind.STEADY, prices, (name, all) -> againstBounds(name, all, true)));
        }
        return rows;
    }

    /** Every 500 requests a scan as large as the cache. */
    public static List<Figure> scans(Path work) {
        return each(
                Kind.SCANS,
                Prices.MIXED,
                (name, all) ->
                        List.of(
                                Figure.of(
                                        name + ": density vs lru",
                                        costs(all, Contest.DENSITY),
                                        costs(all, Contest.LRU),
                                        ">= 1.2",
                                        "1.5",
                                        UNIT)));
    }

    /** Half way every rank is drawn anew. */
    public static List<Figure> shift(Path work) {
        List<Figure> rows = new ArrayList<>();
        for (Prices prices : Prices.values()) {
            rows.addAll(each(Kind.SHIFT, prices, CacheRows::shifted));
        }
        return rows;
    }

    private static List<Figure> shifted(String name, Map<String, List<HitRates>> all) {
        return List.of(
                Figure.of(
                        name
                                + ": turnovers until 95 % of the level before; beside it who knows all",
                        values(all, Contest.DENSITY, HitRates::turnovers),
                        values(all, Contest.INFORMED, HitRates::turnovers),
                        "<= 1",
                        "",
                        "capacities fetched"),
                better(name, all));
    }

    /** The figures of each setting of a kind, by its name and what policies came to. */
    private static List<Figure> each(
            Kind kind,
            Prices prices,
            BiFunction<String, Map<String, List<HitRates>>, List<Figure>> figures) {
        List<Figure> rows = new ArrayList<>();
        for (double alpha : ALPHAS) {
            for (double part : PARTS) {
                Setting s = new Setting(kind, alpha, part, prices);
                rows.addAll(figures.apply(name(s), played(s)));
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
            Map<String, List<HitRates>> all = new LinkedHashMap<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                Workload workload = Trace.read(Path.of(file), Prices.MIXED, seed);
                long capacity = (long) (workload.workingSetBytes() * part);
                add(all, Contest.run(workload, capacity, true));
            }
            String name = "trace, cache %.0f %%".formatted(part * 100);
            print(name, all);
            rows.addAll(againstBounds(name, all, false));
        }
        return rows;
    }

    private static List<Figure> againstBounds(
            String name, Map<String, List<HitRates>> all, boolean counts) {
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

    private static Figure better(String name, Map<String, List<HitRates>> all) {
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

    private static Map<String, List<HitRates>> played(Setting s) {
        Map<String, List<HitRates>> all = new LinkedHashMap<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            add(all, Contest.run(s, seed));
        }
        print(name(s), all);
        return all;
    }

    private static void add(Map<String, List<HitRates>> all, Map<String, HitRates> one) {
        one.forEach((name, o) -> all.computeIfAbsent(name, n -> new ArrayList<>()).add(o));
    }

    private static void print(String name, Map<String, List<HitRates>> all) {
        System.out.println("\n" + name + " (medians of " + SEEDS + " seeds)\n");
        System.out.println(
                "| policy | requests | bytes | cost | turnovers |\n|---|---|---|---|---|");
        all.forEach((policy, outcomes) ->
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.3f | %.3f | %.3f | %.2f |%n",
                        policy,
                        median(outcomes, HitRates::requests),
                        median(outcomes, HitRates::bytes),
                        median(outcomes, HitRates::cost),
                        median(outcomes, HitRates::turnovers)));
    }

    private static double median(List<HitRates> outcomes, ToDoubleFunction<HitRates> what) {
        return Figure.median(outcomes.stream().map(what::applyAsDouble).toList());
    }

    private static List<Double> costs(Map<String, List<HitRates>> all, String policy) {
        return values(all, policy, HitRates::cost);
    }

    private static List<Double> values(
            Map<String, List<HitRates>> all, String policy, ToDoubleFunction<HitRates> what) {
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
