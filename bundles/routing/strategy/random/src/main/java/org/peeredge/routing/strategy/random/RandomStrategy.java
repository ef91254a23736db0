// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.strategy.random;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Component;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * At most {@value #MAX_SHARES} peers in an order drawn uniformly (Fisher-Yates), each with the same
 * weight and window. Looks at nothing that was measured.
 */
@Component(property = PluginSlots.TYPE + "=random")
public final class RandomStrategy implements RoutingStrategy {
    static final int MAX_SHARES = 256;

    /** Four pieces: enough to keep a LAN link busy without knowing anything about it. */
    static final int WINDOW_BYTES = 4 * 256 * 1024;

    @Override
    public Plan plan(TransferView view, RandomGenerator random) {
        // Sorted first: the view has no order, and the same view must give the same plan.
        List<NodeId> nodes =
                new ArrayList<>(
                        view.peers().stream()
                                .map(PeerView::node)
                                .distinct()
                                .sorted(Comparator.naturalOrder())
                                .toList());
        int wanted = Math.min(MAX_SHARES, nodes.size());
        List<Plan.Share> shares = new ArrayList<>(wanted);
        for (int i = 0; i < wanted; i++) {
            int drawn = random.nextInt(i, nodes.size());
            NodeId node = nodes.get(drawn);
            nodes.set(drawn, nodes.get(i));
            shares.add(new Plan.Share(node, 1, WINDOW_BYTES));
        }
        return new Plan(shares);
    }
}
