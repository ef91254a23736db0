package ${package};

import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Component;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/** The nearer a peer, the larger its part: first this LAN, then by round trip. */
@Component(property = PluginSlots.TYPE + "=${strategy}")
public final class NearestStrategy implements RoutingStrategy {
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int MAX_WEIGHT = 1_000_000;

    /** Ends with the name: a view lists its peers in no order, and the same view must give the same plan. */
    private static final Comparator<PeerView> NEAREST_FIRST =
            Comparator.comparingInt(PeerView::failures)
                    .thenComparing(PeerView::sameLan, Comparator.reverseOrder())
                    .thenComparingLong(NearestStrategy::distanceMicros)
                    .thenComparing(PeerView::node);

    @Override
    public Plan plan(TransferView view, RandomGenerator random) {
        List<Plan.Share> shares =
                view.peers().stream()
                        .sorted(NEAREST_FIRST)
                        .map(peer -> new Plan.Share(peer.node(), weight(peer), WINDOW_BYTES))
                        .toList();
        return new Plan(shares);
    }

    private static int weight(PeerView peer) {
        return (int) Math.max(1, MAX_WEIGHT / (1 + distanceMicros(peer)));
    }

    /** A peer that was not measured yet counts as far away: one second. */
    private static long distanceMicros(PeerView peer) {
        return peer.rttMicros() == 0 ? 1_000_000 : peer.rttMicros();
    }
}
