// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.List;
import java.util.stream.IntStream;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/** Views, plans and well-behaved strategies of tests. */
final class Views {
    static final NodeId SELF = id(0);

    private Views() {}

    static NodeId id(int n) {
        return new NodeId(String.format("%040x", n));
    }

    static PeerView peer(int n) {
        return new PeerView(id(n), true, false, true, 1_000, 1_000_000, 0, 0);
    }

    static TransferView of(int peers) {
        List<PeerView> list = IntStream.rangeClosed(1, peers).mapToObj(Views::peer).toList();
        return new TransferView(1, SELF, 1 << 20, list);
    }

    /** Gives every peer the same weight, which tells whose plan it is. */
    static RoutingStrategy weight(int weight) {
        return (view, random) -> plan(view, weight);
    }

    static Plan plan(TransferView view, int weight) {
        return new Plan(
                view.peers().stream().map(p -> new Plan.Share(p.node(), weight, 1 << 20)).toList());
    }

    static int weightOf(Plan plan) {
        return plan.shares().getFirst().weight();
    }
}
