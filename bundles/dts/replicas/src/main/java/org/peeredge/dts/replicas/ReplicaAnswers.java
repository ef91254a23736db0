// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/**
 * Answers other members about copies, and holds the ledger. A component of its own, so that the
 * mesh, which needs handlers, and the one that asks, which needs the mesh, do not wait for each
 * other.
 */
@Component(
        service = {MeshHandler.class, ReplicaAnswers.class},
        property = MeshHandler.TOPIC + "=" + Wire.TOPIC,
        configurationPid = ReplicaSettings.PID)
@Designate(ocd = ReplicaConfig.class)
public final class ReplicaAnswers implements MeshHandler {
    private final Ledger ledger;
    private final Answers answers;
    private final ReplicaCounters counters;
    private final MetricScope scope;
    private final ExecutorService workers;

    /** Reads the ledger; a bad configuration is refused. */
    @Activate
    public ReplicaAnswers(
            ReplicaConfig config,
            @Reference Identity identity,
            @Reference ContentStore store,
            @Reference Clock clock,
            @Reference Threads threads,
            @Reference Metrics metrics) {
        ReplicaSettings settings = ReplicaSettings.of(config);
        scope = metrics.scope();
        counters = new ReplicaCounters(scope);
        ledger =
                new Ledger(
                        identity.self().node(),
                        store.records(ReplicaSettings.PID),
                        clock,
                        () -> store.usage().quotaBytes(),
                        settings);
        scope.gauge(
                "peeredge_dts_replicas_kept_bytes",
                "Bytes of the images that are kept for others.",
                ledger::keptBytes);
        answers = new Answers(ledger, identity, store::has, counters);
        workers = threads.newVirtualPool(ReplicaSettings.PID, "answers");
    }

    /** Stops answering. */
    @Deactivate
    public void deactivate() {
        workers.shutdownNow();
        scope.close();
    }

    Ledger ledger() {
        return ledger;
    }

    ReplicaCounters counters() {
        return counters;
    }

    @Override
    public CompletionStage<byte[]> handle(Membership from, byte[] payload) {
        // Leases are written to disk: not on the mesh's loop.
        return CompletableFuture.supplyAsync(() -> answers.answer(from, payload), workers);
    }
}
