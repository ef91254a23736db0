// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.api.strategy;

import org.peeredge.kernel.api.NodeId;

/**
 * One possible source of a transfer, as measured when the view was taken.
 *
 * @param node the peer
 * @param sameLan whether it is in this node's LAN
 * @param origin whether it has the role origin
 * @param complete whether it has the whole blob
 * @param rttMicros smoothed round trip, 0 when not measured yet
 * @param bytesPerSecond delivery rate measured from it, 0 when not measured yet
 * @param inFlightBytes asked for and not yet arrived, over all transfers
 * @param failures requests to it that failed lately
 */
public record PeerView(
        NodeId node,
        boolean sameLan,
        boolean origin,
        boolean complete,
        long rttMicros,
        long bytesPerSecond,
        long inFlightBytes,
        int failures) {}
