// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.metrics;

import java.util.List;
import java.util.function.DoubleSupplier;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What one component registered. */
final class RegistryScope implements MetricScope {
    private final Registry registry;
    private boolean closed;

    RegistryScope(Registry registry) {
        this.registry = registry;
    }

    @Override
    public Counter counter(String name, String help, String... labels) {
        synchronized (registry) {
            checkOpen(name);
            return registry.counter(this, name, help, List.of(labels));
        }
    }

    @Override
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        synchronized (registry) {
            checkOpen(name);
            registry.gauge(this, name, help, List.of(labels), value);
        }
    }

    @Override
    public void close() {
        synchronized (registry) {
            closed = true;
            registry.disown(this);
        }
    }

    private void checkOpen(String name) {
        if (closed) {
            throw new IllegalStateException("the metric scope is closed; " + name + " came late");
        }
    }
}
