// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/** Shows routing what a transfer sees, and applies what it decides. */
final class Plans {
    private static final long EACH_NANOS = Time.SECOND / 2;
    private static final long SOONEST_NANOS = 100 * Time.MILLI;

    private final Core core;

    Plans(Core core) {
        this.core = core;
    }

    /** Asks for a plan when one is due. */
    void step(Transfer t) {
        long since =
                t.planAskedNanos == Long.MIN_VALUE ? Long.MAX_VALUE : core.now - t.planAskedNanos;
        if (t.pieces() < 0 || since < (t.planStale ? SOONEST_NANOS : EACH_NANOS)) {
            return;
        }
        List<PeerView> peers = new ArrayList<>();
        for (Source s : t.sources.values()) {
            boolean use = !s.upstream && (s.holding != Holding.NONE || s.wants(core.now));
            s.inView = use && !s.peer.banned;
            if (s.inView) {
                peers.add(view(s));
            }
        }
        t.planStale = false;
        t.planAskedNanos = core.now;
        if (!peers.isEmpty()) {
            long remaining = (long) (t.pieces() - t.have.cardinality()) * t.pieceBytes();
            core.act(
                    new Action.AskPlan(
                            t.digest, new TransferView(t.number, core.self, remaining, peers)));
        }
    }

    private static PeerView view(Source s) {
        return new PeerView(
                s.peer.id,
                s.peer.sameLan,
                s.peer.origin,
                s.complete(),
                s.peer.baseRttNanos / 1000,
                s.peer.bytesPerSecond,
                s.peer.inflightBytes,
                s.peer.failures);
    }

    /** Applies a plan; sources that it could not know of yet keep an even part. */
    void apply(Transfer t, Plan plan) {
        Map<NodeId, Plan.Share> shares = new LinkedHashMap<>();
        plan.shares().forEach(share -> shares.put(share.node(), share));
        for (Source s : t.sources.values()) {
            Plan.Share share = shares.get(s.peer.id);
            if (share != null) {
                s.offPlan = false;
                s.weight = share.weight();
                s.planWindowBytes = Math.max(t.pieceBytes(), share.windowBytes());
            } else if (s.inView) {
                s.offPlan = true;
            }
        }
    }
}
