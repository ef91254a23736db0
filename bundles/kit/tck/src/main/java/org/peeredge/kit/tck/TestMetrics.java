// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;

/** Metrics that a test can read by name. */
public final class TestMetrics implements Metrics {
    private final Map<Key, Entry> entries = new TreeMap<>();

    @Override
    public MetricScope scope() {
        return new Scope();
    }

    @Override
    public synchronized List<Family> collect() {
        Map<String, Family> families = new TreeMap<>();
        entries.forEach((key, entry) -> {
            Family family =
                    families.computeIfAbsent(
                            key.name,
                            name -> new Family(name, entry.help, entry.kind, new ArrayList<>()));
            family.values().add(new Value(key.labels, entry.value.getAsDouble()));
        });
        return List.copyOf(families.values());
    }

    /**
     * One value now.
     *
     * @throws IllegalStateException when nothing of that name and labels is registered, with all
     *     names that are
     */
    public synchronized double value(String name, String... labels) {
        Entry entry = entries.get(new Key(name, List.of(labels)));
        if (entry == null) {
            throw new IllegalStateException(
                    "no metric " + name + " " + List.of(labels) + " among " + entries.keySet());
        }
        return entry.value.getAsDouble();
    }

    /** How many values are registered; 0 when every scope is closed. */
    public synchronized int size() {
        return entries.size();
    }

    private record Key(String name, List<String> labels) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : labels.toString().compareTo(other.labels.toString());
        }
    }

    private record Entry(String help, Kind kind, DoubleSupplier value, Object owner) {}

    private static final class Adder implements Counter {
        private final LongAdder sum = new LongAdder();

        @Override
        public void add(long n) {
            if (n < 0) {
                throw new IllegalArgumentException("a counter only grows: " + n);
            }
            sum.add(n);
        }

        @Override
        public long sum() {
            return sum.sum();
        }
    }

    private final class Scope implements MetricScope {
        private final Map<Key, Counter> counters = new TreeMap<>();

        @Override
        public Counter counter(String name, String help, String... labels) {
            synchronized (TestMetrics.this) {
                Key key = new Key(name, List.of(labels));
                if (!name.startsWith("peeredge_") || !name.endsWith("_total")) {
                    throw new IllegalArgumentException(
                            "a counter is called peeredge_..._total, not " + name);
                }
                return counters.computeIfAbsent(
                        key,
                        k -> {
                            Adder adder = new Adder();
                            put(k, new Entry(help, Kind.COUNTER, adder::sum, this));
                            return adder;
                        });
            }
        }

        @Override
        public void gauge(String name, String help, DoubleSupplier value, String... labels) {
            synchronized (TestMetrics.this) {
                if (!name.startsWith("peeredge_")) {
                    throw new IllegalArgumentException(
                            "a gauge is called peeredge_..., not " + name);
                }
                put(new Key(name, List.of(labels)), new Entry(help, Kind.GAUGE, value, this));
            }
        }

        @Override
        public void close() {
            synchronized (TestMetrics.this) {
                entries.values().removeIf(entry -> entry.owner.equals(this));
                counters.clear();
            }
        }

        private void put(Key key, Entry entry) {
            if (entries.putIfAbsent(key, entry) != null) {
                throw new IllegalStateException("registered twice: " + key);
            }
        }
    }
}
