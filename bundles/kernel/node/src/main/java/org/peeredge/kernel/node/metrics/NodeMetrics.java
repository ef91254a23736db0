// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.metrics;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;

/** The node's metrics, kept in memory; immediate, so that they outlive their last user. */
@Component(immediate = true)
public final class NodeMetrics implements Metrics {
    private final Registry registry = new Registry();

    @Override
    public MetricScope scope() {
        return new RegistryScope(registry);
    }

    @Override
    public List<Family> collect() {
        return registry.collect();
    }
}
