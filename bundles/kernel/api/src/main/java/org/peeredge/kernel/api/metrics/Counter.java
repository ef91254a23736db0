// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.metrics;

import org.osgi.annotation.versioning.ProviderType;

/** A number that only grows. Cheap under contention. */
@ProviderType
public interface Counter {
    /** Adds {@code n}, zero or more. */
    void add(long n);

    /** Adds one. */
    default void increment() {
        add(1);
    }

    /** The sum so far. */
    long sum();
}
