// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.BitSet;
import java.util.function.ObjLongConsumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells readers, lists and metrics what becomes of transfers, by the events and actions that pass.
 * On the engine's loop.
 */
final class Observer {
    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final BitSet NONE = new BitSet();

    private final TransferTable table;
    private final EngineMetrics metrics;
    private final Clock clock;
    private final NodeId self;
    private final FetchCosts costs = new FetchCosts();
    private final ObjLongConsumer<Digest> costOf;

    /**
     * Observes for {@code self}.
     *
     * @param costOf takes what fetching a complete blob again would cost; must not block
     */
    Observer(
            TransferTable table,
            EngineMetrics metrics,
            Clock clock,
            NodeId self,
            ObjLongConsumer<Digest> costOf) {
        this.table = table;
        this.metrics = metrics;
        this.clock = clock;
        this.self = self;
        this.costOf = costOf;
    }

    void event(Event event) {
        costs.event(event);
        switch (event) {
            case Event.PieceStored e -> {
                if (!e.from().equals(self)) {
                    table.running(e.digest()).ifPresent(t -> t.pieceArrived(e.piece()));
                }
            }
            case Event.PieceBad e -> {
                if (e.from().equals(self)) {
                    table.running(e.digest()).ifPresent(t -> t.pieceLost(e.piece()));
                }
            }
            case Event.GroupDecoded _ -> metrics.codedGroups.increment();
            case Event.UpstreamPiece e -> fromUpstream(e.digest(), e.piece());
            case Event.RangeWritten e -> {
                if (e.trouble().isEmpty()) {
                    fromUpstream(e.digest(), e.piece());
                }
            }
            case Event.UpstreamOpened e ->
                    table.running(e.digest())
                            .ifPresent(t -> t.open(e.sizeBytes(), e.confined(), NONE));
            case Event.Held e -> table.running(e.digest()).ifPresent(t -> held(t, e));
            default -> {
                // nothing that anyone waits for
            }
        }
    }

    private void fromUpstream(Digest digest, int piece) {
        table.running(digest)
                .ifPresent(t -> {
                    t.countUpstream(Pieces.length(t.sizeBytes(), piece));
                    t.pieceArrived(piece);
                });
    }

    private void held(Transfer t, Event.Held e) {
        table.retire(t);
        metrics.completed.increment();
        t.refetchCost(e.sizeBytes()).ifPresent(cost -> costOf.accept(e.digest(), cost));
        t.complete(e.sizeBytes(), e.confined(), clock.nanos());
        LOG.info("blob {} is complete ({} bytes)", e.digest(), e.sizeBytes());
    }

    void failed(Action.Failed a) {
        RuntimeException error =
                a.never() ? new NeverException(a.reason()) : new RetryLaterException(a.reason());
        table.running(a.digest())
                .ifPresent(t -> {
                    table.retire(t);
                    metrics.failed.increment();
                    t.fail(error, clock.nanos());
                    LOG.info("blob {} failed: {}", a.digest(), a.reason());
                });
    }

    /** A member is banned: who, why, and by whose evidence. */
    void punished(Action.Punish a) {
        boolean own = a.by().equals(self);
        (own ? metrics.bannedBySight : metrics.bannedByEvidence).increment();
        LOG.info(
                "member {} is banned: {} ({})",
                a.peer().shortName(),
                a.reason(),
                own ? "seen here" : "by the evidence of " + a.by().shortName());
    }

    void count(Action.Count a) {
        metrics.count(a);
        table.running(a.digest()).ifPresent(t -> t.count(a, costs.near(a.peer())));
    }

    /** The engine stops: whoever waits is told. */
    void stop() {
        for (Transfer transfer : table.all()) {
            table.retire(transfer);
            transfer.fail(new RetryLaterException("the engine is stopping"), clock.nanos());
        }
    }
}
