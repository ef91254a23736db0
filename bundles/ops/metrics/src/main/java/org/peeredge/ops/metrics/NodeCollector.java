// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.metrics.Metrics.Family;
import org.peeredge.kernel.api.metrics.Metrics.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every family of the kernel's registry at each scrape. A family that Prometheus could not
 * read (a bad name, a bad label, the same value twice) is left out, counted, and named once in the
 * log: one component's mistake hides no other's numbers.
 */
final class NodeCollector implements MultiCollector {
    private static final String TOTAL = "_total";
    private static final Pattern NAME = Pattern.compile("peeredge_[a-z0-9_]{1,120}");
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final int MAX_NAMED = 100;
    private static final Logger LOG = LoggerFactory.getLogger(NodeCollector.class);

    private final Metrics metrics;
    private final Set<String> named = new HashSet<>();
    private volatile int leftOut;

    NodeCollector(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Families left out at the last scrape. */
    int leftOut() {
        return leftOut;
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int bad = 0;
        for (Family family : metrics.collect()) {
            try {
                MetricSnapshot snapshot = snapshot(family);
                if (!names.add(snapshot.getMetadata().getPrometheusName())) {
                    throw new IllegalArgumentException("a counter and a gauge share the name");
                }
                snapshots.add(snapshot);
            } catch (IllegalArgumentException e) {
                bad++;
                name(family.name(), e);
            }
        }
        leftOut = bad;
        return new MetricSnapshots(snapshots);
    }

    private static MetricSnapshot snapshot(Family family) {
        if (!NAME.matcher(family.name()).matches()) {
            throw new IllegalArgumentException("its name is not " + NAME);
        }
        return family.kind() == Kind.COUNTER ? counter(family) : gauge(family);
    }

    private static MetricSnapshot counter(Family family) {
        if (!family.name().endsWith(TOTAL)) {
            throw new IllegalArgumentException("a counter's name ends in " + TOTAL);
        }
        // The client adds the ending itself, as OpenMetrics wants it.
        String name = family.name().substring(0, family.name().length() - TOTAL.length());
        var builder = CounterSnapshot.builder().name(name).help(family.help());
        for (Metrics.Value value : family.values()) {
            builder.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder()
                            .value(value.value())
                            .labels(labels(value.labels()))
                            .build());
        }
        return builder.build();
    }

    private static MetricSnapshot gauge(Family family) {
        var builder = GaugeSnapshot.builder().name(family.name()).help(family.help());
        for (Metrics.Value value : family.values()) {
            builder.dataPoint(
                    GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .value(value.value())
                            .labels(labels(value.labels()))
                            .build());
        }
        return builder.build();
    }

    private static Labels labels(List<String> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!LABEL.matcher(pairs.get(i)).matches()) {
                throw new IllegalArgumentException("label '" + pairs.get(i) + "' is not " + LABEL);
            }
        }
        return Labels.of(pairs.toArray(String[]::new));
    }

    private void name(String family, IllegalArgumentException why) {
        synchronized (named) {
            if (named.size() >= MAX_NAMED || !named.add(family)) {
                return;
            }
        }
        LOG.warn(
                "Metric {} is left out of what Prometheus gets: {}. Report this to its maker",
                family,
                why.getMessage());
    }
}
