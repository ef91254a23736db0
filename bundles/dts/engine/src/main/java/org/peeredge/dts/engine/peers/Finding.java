// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.kernel.api.NodeId;

/** Finds holders of blobs among all members. Safe for use by many threads; nothing here blocks. */
public interface Finding {
    /** Looks for members that hold a blob and connects to some of them. Never fails. */
    CompletionStage<Discovery.Result> find(Digest digest);

    /** This node holds a blob that it may give away, or no longer does. */
    void holds(Digest digest, boolean now);

    /** All that this node holds and may give away, in place of what it said before. */
    void holds(Collection<Digest> all);

    /** A tracker that is said to be at these addresses; from outside. */
    void hint(NodeId tracker, List<String> addresses);

    /** Where this node is reached. */
    List<String> addresses();

    /** What is known of trackers, at most a second old. */
    Discovery.Status status();
}
