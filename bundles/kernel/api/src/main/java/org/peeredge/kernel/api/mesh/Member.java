// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.mesh;

import java.util.List;
import java.util.Set;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * Another member as this node sees it now.
 *
 * @param node its name
 * @param roles from its certificate
 * @param addresses where it says it can be reached, as {@code type://host:port}
 * @param connected whether a channel to it is open
 * @param sameLan whether it was found in this node's network (multicast or measured)
 * @param rttMicros smoothed round trip, 0 when not measured yet
 * @param bytesPerSecond measured delivery rate from it, 0 when not measured yet
 */
public record Member(
        NodeId node,
        Set<Role> roles,
        List<String> addresses,
        boolean connected,
        boolean sameLan,
        long rttMicros,
        long bytesPerSecond) {
    /** Copies the collections. */
    public Member {
        roles = Set.copyOf(roles);
        addresses = List.copyOf(addresses);
    }
}
