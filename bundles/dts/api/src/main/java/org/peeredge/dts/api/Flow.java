// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The limits of what this node moves. A service of the engine; any thread, nothing blocks. Which
 * limits there are is configuration: see the engine's README.
 */
@ProviderType
public interface Flow {
    /** What is in force now; empty when nothing is limited. */
    CompletionStage<List<Limit>> inForce();

    /**
     * One limit.
     *
     * @param name as in the configuration
     * @param value how much
     * @param unit of the value, as {@code bytes/s}
     * @param why what says so: a key, a part of the schedule, what was seen
     * @param heldBackBytes what waits in that direction for a limit; -1 where that has no meaning
     * @param leftBytes what is left of it; -1 where nothing is used up
     */
    record Limit(
            String name,
            String value,
            String unit,
            String why,
            long heldBackBytes,
            long leftBytes) {}
}
