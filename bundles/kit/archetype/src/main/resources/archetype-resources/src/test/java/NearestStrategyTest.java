package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.strategy.StrategyTck;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/** The kit's tests, which every strategy passes, and one of what this one prefers. */
class NearestStrategyTest extends StrategyTck {
    @Override
    protected RoutingStrategy strategy() {
        return new NearestStrategy();
    }

    @Test
    void asksTheLanBeforeANearerPeerElsewhere() {
        PeerView elsewhere = peer("11", false, 100);
        PeerView neighbour = peer("22", true, 900);
        TransferView view =
                new TransferView(1, id("00"), 1 << 20, List.of(elsewhere, neighbour));
        Plan plan = strategy().plan(view, new SplittableRandom(1));
        assertEquals(
                List.of(neighbour.node(), elsewhere.node()),
                plan.shares().stream().map(Plan.Share::node).toList());
    }

    private static PeerView peer(String id, boolean sameLan, long rttMicros) {
        return new PeerView(id(id), sameLan, false, true, rttMicros, 0, 0, 0);
    }

    private static NodeId id(String twoDigits) {
        return new NodeId(twoDigits.repeat(20));
    }
}
