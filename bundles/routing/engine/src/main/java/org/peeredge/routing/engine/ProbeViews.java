// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * Made-up transfers that a strategy must plan before it is put in force: nobody there, one stranger
 * of whom nothing is known, a mixed handful, and as many as a large mesh gives.
 */
final class ProbeViews {
    private static final long GIB = 1L << 30;

    private ProbeViews() {}

    static List<TransferView> all() {
        return List.of(view(0, 1), view(1, 2), view(4, 3), view(200, 4));
    }

    private static TransferView view(int peers, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PeerView> list = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            boolean measured = i % 3 != 0;
            list.add(
                    new PeerView(
                            node(random),
                            i % 2 == 0,
                            i % 7 == 0,
                            i % 5 != 0,
                            measured ? random.nextLong(50, 200_000) : 0,
                            measured ? random.nextLong(10_000, GIB) : 0,
                            random.nextLong(0, 8 << 20),
                            i % 11 == 10 ? 3 : 0));
        }
        return new TransferView(-seed, node(random), GIB, list);
    }

    private static NodeId node(SplittableRandom random) {
        byte[] id = new byte[20];
        random.nextBytes(id);
        return new NodeId(HexFormat.of().formatHex(id));
    }
}
