// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.trust.NodeIdentity;

/** Told what the node is, always on its loop: in OSGi this registers the services. */
interface Publisher {
    /** The node is a member now. */
    void memberUp(NodeIdentity identity);

    /** It is not any more. */
    void memberDown();

    /** The node is its mesh's authority; said once. */
    void authority(MeshAuthority authority);
}
