// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

/** What a node does with what comes in. Called by the thread that runs the simulation. */
public interface Receiver {
    /** A connection to {@code peer} is there. */
    void connected(Port peer);

    /** A message came. */
    void received(Port from, Object message, long bytes);

    /** The connection is gone, and what was under way on it. */
    void disconnected(Port peer);
}
