// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What came back: of each trial, what was counted in each iteration of each round. */
final class Measured {
    private final Map<Trial, List<List<Map<String, Double>>>> rounds = new HashMap<>();

    /** Of a round; empty when it failed. */
    void add(Trial trial, List<Map<String, Double>> iterations) {
        rounds.computeIfAbsent(trial, t -> new ArrayList<>()).add(iterations);
    }

    /**
     * Two counters of iterations side by side: of the same round, and there of the same place. What
     * has no counterpart, since the other failed, is left out.
     */
    Pairs pairs(Reading ours, Reading peer) {
        List<Double> a = new ArrayList<>();
        List<Double> b = new ArrayList<>();
        List<List<Map<String, Double>>> all = rounds(ours.trial());
        List<List<Map<String, Double>>> others = rounds(peer.trial());
        for (int round = 0; round < Math.min(all.size(), others.size()); round++) {
            int both = Math.min(all.get(round).size(), others.get(round).size());
            for (int i = 0; i < both; i++) {
                a.add(ours.of(all.get(round).get(i)));
                b.add(peer.of(others.get(round).get(i)));
            }
        }
        return new Pairs(a, b);
    }

    /** One counter, of all iterations. */
    List<Double> all(Reading reading) {
        return rounds(reading.trial()).stream().flatMap(List::stream).map(reading::of).toList();
    }

    /** One counter of all that ran. */
    List<Double> everywhere(String counter) {
        return rounds.values().stream()
                .flatMap(List::stream)
                .flatMap(List::stream)
                .filter(counters -> counters.containsKey(counter))
                .map(counters -> counters.getOrDefault(counter, Double.NaN))
                .toList();
    }

    private List<List<Map<String, Double>>> rounds(Trial trial) {
        return rounds.getOrDefault(trial, List.of());
    }

    /** Lists of the same length. */
    record Pairs(List<Double> ours, List<Double> peer) {}
}
