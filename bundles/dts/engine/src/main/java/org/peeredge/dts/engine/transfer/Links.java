// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import org.peeredge.kernel.api.NodeId;

/** What the runtime needs of the connections. Called on the engine's loop. */
public interface Links extends Egress.Outlet, Ingress.Gate {
    /** Closes the channels to a member and does not dial or accept it for a while. */
    void disconnect(NodeId peer, String reason, Duration ban);
}
