// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.List;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What the discovery does to the world; called while it handles something, must not call back. */
public interface Port {
    /** Sends a message; nothing happens when the member is not connected. */
    void send(NodeId to, Message.Finding message);

    /** Connects to a member, soon, even where this node has as many connections as it seeks. */
    void dial(NodeId node, List<String> addresses);

    /** Where this node is reached. */
    List<String> addresses();
}
