// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.api.strategy;

import java.util.random.RandomGenerator;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides which peers a transfer uses, and how much of each. A service with the property {@code
 * peeredge.type}.
 *
 * <p>A pure function: same view, same generator state, same plan. It keeps no state, starts no
 * thread and does no input or output, so it runs unchanged in a simulation of a million nodes.
 * Called on routing's thread, once per transfer when it starts, when its peers change, and about
 * each half second; it must return within the configured time (50 ms unless changed). One that
 * throws, does not return, or leaves a thread running is tripped off and named, and the one before
 * it takes over.
 */
@ConsumerType
public interface RoutingStrategy {
    /** Makes the plan. */
    Plan plan(TransferView view, RandomGenerator random);
}
