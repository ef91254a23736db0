// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import org.peeredge.dts.api.Digest;

/** What the runtime needs of the connections. Called on the engine's loop. */
public interface Links extends Egress.Outlet, Ingress.Gate {
    /** This node holds a blob that it may give away, or no longer does. */
    void holds(Digest digest, boolean now);
}
