// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.cache;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A cache policy plugin: a service with the property {@code peeredge.type}. Has no state of its
 * own; safe for use by many threads.
 */
@ConsumerType
public interface CachePolicyProvider {
    /**
     * A new policy that knows of no blob yet.
     *
     * @param capacityBytes the room for all blobs, at least 1; what is pinned takes its part of it
     */
    CachePolicy create(long capacityBytes);
}
