// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.peeredge.dts.api.channel.PeerAddress;

/**
 * Where the nodes of one Java process find each other: a table of doors by port. Nodes that share
 * one instance can connect, others cannot. Safe for use by many threads; never blocks.
 */
@Component(service = MemoryNetwork.class)
public final class MemoryNetwork {
    /** The host part of every address here. */
    static final String HOST = "memory";

    private static final int MAX_PORT = 65_535;
    private static final int FIRST_FREE_PORT = 1024;

    private final Map<Integer, MemoryDoor> doors = new ConcurrentHashMap<>();

    /**
     * Opens a door.
     *
     * @param port 0 for the next free one
     * @return its address; empty when the port is taken
     */
    Optional<PeerAddress> open(int port, MemoryDoor door) {
        if (port != 0) {
            return doors.putIfAbsent(port, door) == null
                    ? Optional.of(address(port))
                    : Optional.empty();
        }
        for (int free = FIRST_FREE_PORT; free <= MAX_PORT; free++) {
            if (doors.putIfAbsent(free, door) == null) {
                return Optional.of(address(free));
            }
        }
        return Optional.empty();
    }

    void close(PeerAddress address, MemoryDoor door) {
        doors.remove(address.port(), door);
    }

    Optional<MemoryDoor> find(PeerAddress address) {
        return address.host().equals(HOST)
                ? Optional.ofNullable(doors.get(address.port()))
                : Optional.empty();
    }

    private static PeerAddress address(int port) {
        return new PeerAddress(MemoryChannelProvider.TYPE, HOST, port);
    }
}
