// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;

/** Sees what goes into the swarm and what comes out, before it is carried out. On the loop. */
interface Watcher {
    void event(Event event);

    void action(Action action);
}
