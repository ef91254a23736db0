// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.time.Duration;
import org.peeredge.itests.lab.Ran;

/**
 * A container client in a host of a lab. It keeps all it has in folders of its own, and is
 * configured as {@code docs/operators.md} says.
 */
interface Client extends AutoCloseable {
    /** The registry of the node beside it. */
    String NODE = "127.0.0.1:7450";

    /** How long a pull may take. */
    Duration PULL = Duration.ofMinutes(2);

    /** Pulls from the node alone: what the node does not give, the client does not get. */
    Ran pull(LabImage image);

    /** Pulls by the upstream's name, through the node as its mirror. */
    Ran pullThroughMirror(LabImage image);

    /**
     * Fails unless what the last pull of {@code image} brought has the digests it was made with.
     */
    void verify(LabImage image) throws IOException;

    @Override
    default void close() {}
}
