// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/** What comes from this node's own upstream: pieces that nobody has checked yet. */
final class Feed {
    private final Core core;
    private final Flow flow;

    Feed(Core core, Flow flow) {
        this.core = core;
        this.flow = flow;
    }

    void opened(Transfer t, Event.UpstreamOpened e) {
        if (t.upstreamState != Transfer.Upstream.RUNNING) {
            return;
        }
        if (e.confined() && !t.confined) {
            t.confined = true;
            flow.offers.tell(t.digest);
        }
        if (t.sizeBytes >= 0 && t.sizeBytes != e.sizeBytes() && t.sizeFrom == null) {
            core.act(new Action.StopUpstream(t.digest));
            failed(
                    t,
                    "the upstream has "
                            + e.sizeBytes()
                            + " bytes where "
                            + t.sizeBytes
                            + " are expected",
                    true);
            return;
        }
        if (t.sizeBytes >= 0 && t.sizeBytes != e.sizeBytes()) {
            core.act(new Action.StopUpstream(t.digest));
            t.upstreamState = Transfer.Upstream.IDLE;
            t.maps.refuted();
            flow.wantReset(t);
            t.sizeBytes = e.sizeBytes();
        } else {
            t.sizeBytes = e.sizeBytes();
        }
        t.sizeFrom = null;
        flow.advance(t);
    }

    void piece(Transfer t, int piece) {
        if (t.upstreamState != Transfer.Upstream.RUNNING
                || t.store != Transfer.Store.OPEN
                || piece < 0
                || piece >= t.pieces()
                || t.have.get(piece)) {
            return;
        }
        t.have.set(piece);
        t.need.clear(piece);
        t.upstreamPieces++;
        t.progressNanos = core.now;
        flow.maps.recheck(t);
        flow.readable(t);
    }

    void done(Transfer t) {
        if (t.upstreamState != Transfer.Upstream.RUNNING) {
            return;
        }
        if (t.all()) {
            t.upstreamState = Transfer.Upstream.IDLE;
            flow.advance(t);
        } else {
            failed(t, "the upstream ended early", false);
        }
    }

    void failed(Transfer t, String reason, boolean never) {
        if (t.upstreamState == Transfer.Upstream.RUNNING) {
            flow.upstreamFailed(t, reason, never);
        }
    }
}
