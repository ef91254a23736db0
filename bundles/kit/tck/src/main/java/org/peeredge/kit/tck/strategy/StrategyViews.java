// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.strategy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.TransferView;

/** Views of transfers for tests of strategies: the same seed gives the same view. */
public final class StrategyViews {
    private StrategyViews() {}

    /** A node's name. */
    public static NodeId node(SplittableRandom random) {
        byte[] id = new byte[20];
        random.nextBytes(id);
        return new NodeId(HexFormat.of().formatHex(id));
    }

    /**
     * A transfer with {@code peers} possible sources of every kind: near and far, measured and not,
     * fast and almost still, with failures, with extreme numbers.
     */
    public static TransferView view(int peers, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PeerView> list = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            list.add(peer(node(random), random));
        }
        return new TransferView(seed, node(random), random.nextLong(1L << 40), list);
    }

    /** One source, drawn. */
    public static PeerView peer(NodeId node, SplittableRandom random) {
        return new PeerView(
                node,
                random.nextBoolean(),
                random.nextInt(8) == 0,
                random.nextBoolean(),
                measured(random, 10_000_000),
                measured(random, 100L << 30),
                random.nextInt(4) == 0 ? random.nextLong(64 << 20) : 0,
                random.nextInt(4) == 0 ? random.nextInt(1_000) : 0);
    }

    /** Nothing, a usual value, or an extreme one. */
    private static long measured(SplittableRandom random, long usual) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> 0;
            case 2 -> 1;
            case 3 -> Long.MAX_VALUE;
            default -> random.nextLong(usual);
        };
    }
}
