// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/** What the runtime needs of the connections. Called on the engine's loop. */
public interface Links extends Egress.Outlet, Ingress.Gate {
    /** This node holds a blob that it may give away, or no longer does. */
    void holds(Digest digest, boolean now);

    /**
     * Closes the channels to a member and remembers on disk that it is to be left alone: for {@code
     * term}, or for longer where it has been banned before.
     *
     * @param by whose evidence it was
     */
    void ban(NodeId peer, String reason, Duration term, NodeId by);
}
