// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.dts.engine.peers.Finding;

/** {@link Finder} over the connections. */
final class MeshFinder implements Finder {
    private final Finding finding;

    MeshFinder(Finding finding) {
        this.finding = finding;
    }

    @Override
    public CompletionStage<Found> find(Digest digest) {
        return finding.find(digest)
                .thenApply(r ->
                        new Found(
                                r.holders(),
                                r.how(),
                                Duration.ofNanos(r.elapsedNanos()).toMillis()));
    }

    @Override
    public Tracker tracker() {
        Discovery.Status s = finding.status();
        return new Tracker(s.tracker(), s.epoch(), s.members(), s.keys(), s.remotes(), s.changes());
    }
}
