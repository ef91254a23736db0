// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name with one set of labels, and the scopes that registered it. A counter is shared by its
 * scopes; of several gauges the youngest is read, so that a swap in which the new plugin comes
 * before the old one goes shows the new one. Guarded by its registry.
 */
final class Series {
    private static final Logger LOG = LoggerFactory.getLogger(Series.class);

    private final Deque<Owner> owners = new ArrayDeque<>();
    private final @Nullable SharedCounter counter;

    Series(boolean counts) {
        counter = counts ? new SharedCounter() : null;
    }

    @Nullable Counter counter() {
        return counter;
    }

    void own(RegistryScope scope, @Nullable DoubleSupplier gauge) {
        if (gauge != null || owners.stream().noneMatch(o -> o.scope == scope)) {
            owners.removeIf(o -> o.scope == scope);
            owners.push(new Owner(scope, gauge));
        }
    }

    /** Whether nobody owns it any more. */
    boolean disown(RegistryScope scope) {
        owners.removeIf(o -> o.scope == scope);
        return owners.isEmpty();
    }

    /** What to read; asked outside the registry's lock, for a gauge runs foreign code. */
    DoubleSupplier reader() {
        Counter shared = counter;
        if (shared != null) {
            return shared::sum;
        }
        DoubleSupplier gauge = owners.getFirst().gauge;
        return () -> {
            try {
                return gauge == null ? Double.NaN : gauge.getAsDouble();
            } catch (RuntimeException e) {
                LOG.debug("A gauge threw; it is shown as NaN", e);
                return Double.NaN;
            }
        };
    }

    private record Owner(RegistryScope scope, @Nullable DoubleSupplier gauge) {}

    private static final class SharedCounter implements Counter {
        private final LongAdder adder = new LongAdder();

        @Override
        public void add(long n) {
            if (n < 0) {
                throw new IllegalArgumentException("a counter only grows, not by " + n);
            }
            adder.add(n);
        }

        @Override
        public long sum() {
            return adder.sum();
        }
    }
}
