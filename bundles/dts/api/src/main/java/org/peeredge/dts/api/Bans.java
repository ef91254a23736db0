// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * Members that this node leaves alone since they lied. Only time and an operator end a ban. Safe
 * for use by many threads; nothing here blocks.
 */
@ProviderType
public interface Bans {
    /** Those in force, longest first. */
    List<Ban> bans();

    /** Ends a ban and forgets what it was for; gives what was in force, if anything. */
    CompletionStage<Optional<Ban>> lift(NodeId node);

    /**
     * One ban.
     *
     * @param reason what the member did
     * @param by the member whose evidence it was; this node's own id for what it has seen itself
     * @param times how often it has been banned within seven days of the end of the ban before;
     *     each time is twice as long
     */
    record Ban(NodeId node, String reason, NodeId by, Instant since, Instant until, int times) {}
}
