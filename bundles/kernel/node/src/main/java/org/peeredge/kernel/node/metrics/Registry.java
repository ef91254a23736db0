// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.metrics.Metrics.Family;
import org.peeredge.kernel.api.metrics.Metrics.Kind;

/** All series by family. The lock is held for registering and listing, never while counting. */
final class Registry {
    /** More label sets than this are not a closed set. */
    static final int MAX_SERIES_PER_FAMILY = 1_000;

    private static final Pattern NAME = Pattern.compile("peeredge(_[a-z0-9]+){2,}");
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_]*");

    private final Map<String, Entry> families = new TreeMap<>();

    private record Entry(String help, Kind kind, Map<List<String>, Series> series) {}

    private record Reading(
            String name, Entry entry, List<List<String>> labels, List<DoubleSupplier> readers) {}

    Counter counter(RegistryScope scope, String name, String help, List<String> labels) {
        Counter counter = own(scope, name, help, Kind.COUNTER, labels, null).counter();
        if (counter == null) {
            throw new IllegalStateException(name + " is no counter");
        }
        return counter;
    }

    void gauge(
            RegistryScope scope,
            String name,
            String help,
            List<String> labels,
            DoubleSupplier value) {
        own(scope, name, help, Kind.GAUGE, labels, value);
    }

    private synchronized Series own(
            RegistryScope scope,
            String name,
            String help,
            Kind kind,
            List<String> labels,
            @Nullable DoubleSupplier gauge) {
        check(name, kind, labels);
        Entry entry =
                families.computeIfAbsent(name, n -> new Entry(help, kind, new LinkedHashMap<>()));
        if (entry.kind != kind) {
            throw new IllegalArgumentException(
                    name + " is a " + entry.kind + " already, not a " + kind);
        }
        if (entry.series.size() >= MAX_SERIES_PER_FAMILY && !entry.series.containsKey(labels)) {
            throw new IllegalStateException(
                    name
                            + " has "
                            + MAX_SERIES_PER_FAMILY
                            + " label sets; labels come from closed sets, not from outside");
        }
        Series series = entry.series.computeIfAbsent(labels, l -> new Series(kind == Kind.COUNTER));
        series.own(scope, gauge);
        return series;
    }

    synchronized void disown(RegistryScope scope) {
        families.values()
                .removeIf(entry -> {
                    entry.series.values().removeIf(s -> s.disown(scope));
                    return entry.series.isEmpty();
                });
    }

    List<Family> collect() {
        List<Family> all = new ArrayList<>();
        for (Reading reading : readings()) {
            List<Metrics.Value> values = new ArrayList<>();
            for (int i = 0; i < reading.labels.size(); i++) {
                values.add(
                        new Metrics.Value(
                                reading.labels.get(i), reading.readers.get(i).getAsDouble()));
            }
            all.add(
                    new Family(
                            reading.name,
                            reading.entry.help,
                            reading.entry.kind,
                            List.copyOf(values)));
        }
        return List.copyOf(all);
    }

    private synchronized List<Reading> readings() {
        List<Reading> all = new ArrayList<>();
        families.forEach((name, entry) -> {
            List<List<String>> labels = List.copyOf(entry.series.keySet());
            List<DoubleSupplier> readers =
                    entry.series.values().stream().map(Series::reader).toList();
            all.add(new Reading(name, entry, labels, readers));
        });
        return all;
    }

    private static void check(String name, Kind kind, List<String> labels) {
        if (!NAME.matcher(name).matches() || (kind == Kind.COUNTER) != name.endsWith("_total")) {
            throw new IllegalArgumentException(
                    "a "
                            + kind
                            + " cannot be named '"
                            + name
                            + "': peeredge_<component>_<thing>_<unit>, and _total for counters"
                            + " only");
        }
        if (labels.size() % 2 != 0) {
            throw new IllegalArgumentException(name + ": a label has no value: " + labels);
        }
        for (int i = 0; i < labels.size(); i += 2) {
            if (!LABEL.matcher(labels.get(i)).matches()) {
                throw new IllegalArgumentException(
                        name + ": '" + labels.get(i) + "' is no label name");
            }
        }
    }
}
