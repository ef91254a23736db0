// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Every number that the node counts. Safe for use by many threads. */
@ProviderType
public interface Metrics {
    /**
     * A new scope; closing it removes what was registered through it. Open in {@code activate},
     * close in {@code deactivate}.
     */
    MetricScope scope();

    /** All values now, grouped by family, in name order. */
    List<Family> collect();

    /** The kinds of families. */
    enum Kind {
        /** Only grows; its name ends in {@code _total}. */
        COUNTER,
        /** Goes up and down. */
        GAUGE
    }

    /**
     * All values of one name.
     *
     * @param name {@code peeredge_<component>_<thing>_<unit>}
     * @param help one sentence
     */
    record Family(String name, String help, Kind kind, List<Value> values) {}

    /**
     * One value.
     *
     * @param labels name, value, name, value, ... from closed sets
     */
    record Value(List<String> labels, double value) {}
}
