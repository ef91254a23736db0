// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Time, passed in so that tests and simulations own it. Safe for use by many threads; never blocks.
 */
@ProviderType
public interface Clock {
    /** Monotonic nanoseconds since an arbitrary start; for durations and deadlines. */
    long nanos();

    /** Wall-clock time; for certificates and logs only, since it may jump. */
    Instant now();
}
