// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.PeerAddress;

/** A node that listens: whose it is and who is told. */
record MemoryDoor(MemoryChannelProvider owner, ChannelAcceptor acceptor) {
    /** Asks the owner to let {@code dial} in; answers on the owner's loop. */
    void knock(MemoryDial dial, PeerAddress at) {
        owner.admit(dial, acceptor, at);
    }
}
