// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.metrics;

import java.util.function.DoubleSupplier;
import org.osgi.annotation.versioning.ProviderType;

/** Where one component registers its metrics. */
@ProviderType
public interface MetricScope extends AutoCloseable {
    /**
     * A counter; the same name and labels give the same counter.
     *
     * @param name {@code peeredge_<component>_<thing>_<unit>_total}
     * @param help one sentence
     * @param labels name, value, name, value, ... from closed sets: never an id, never text from
     *     outside
     */
    Counter counter(String name, String help, String... labels);

    /** A gauge that is read when metrics are collected; {@code value} must not block. */
    void gauge(String name, String help, DoubleSupplier value, String... labels);

    /** Removes what was registered here. */
    @Override
    void close();
}
