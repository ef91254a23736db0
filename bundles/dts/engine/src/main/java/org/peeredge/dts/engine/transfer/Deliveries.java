// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NodeId;

/**
 * Which pieces count as delivered: those that match a trusted map at once; those that match no more
 * than somebody's claim when the digest has been checked, or the map is trusted; others never. On
 * the engine's loop.
 */
final class Deliveries implements Watcher {
    /** Takes what counts. */
    interface Receiver {
        void delivered(NodeId giver, Digest blob, long bytes, long pieces);
    }

    private record Tally(long bytes, long pieces) {
        Tally plus(Tally more) {
            return new Tally(bytes + more.bytes, pieces + more.pieces);
        }
    }

    private final NodeId self;
    private final Receiver receiver;

    /** Blobs that are on their way under a trusted map. */
    private final Set<Digest> trusted = new HashSet<>();

    private final Map<Digest, Map<NodeId, Tally>> provisional = new HashMap<>();

    Deliveries(NodeId self, Receiver receiver) {
        this.self = self;
        this.receiver = receiver;
    }

    @Override
    public void event(Event event) {
        switch (event) {
            case Event.PieceStored e -> stored(e);
            case Event.Held e -> {
                count(e.digest());
                trusted.remove(e.digest());
            }
            case Event.Gone e -> forget(e.digest());
            case Event.Unwanted e -> forget(e.digest());
            default -> {
                // no piece
            }
        }
    }

    @Override
    public void action(Action action) {
        switch (action) {
            case Action.Readable a -> {
                if (!a.provisional()) {
                    trusted.add(a.digest());
                    count(a.digest());
                }
            }
            case Action.Reset a -> forget(a.digest());
            case Action.Failed a -> forget(a.digest());
            default -> {
                // says nothing of what pieces are worth
            }
        }
    }

    private void stored(Event.PieceStored e) {
        if (e.from().equals(self)) {
            return; // read from the disk again
        }
        provisional
                .computeIfAbsent(e.digest(), _ -> new LinkedHashMap<>())
                .merge(e.from(), new Tally(e.bytes(), 1), Tally::plus);
        if (trusted.contains(e.digest())) {
            count(e.digest());
        }
    }

    private void count(Digest digest) {
        Map<NodeId, Tally> tallies = provisional.remove(digest);
        if (tallies != null) {
            tallies.forEach((giver, t) -> receiver.delivered(giver, digest, t.bytes, t.pieces));
        }
    }

    private void forget(Digest digest) {
        trusted.remove(digest);
        provisional.remove(digest);
    }
}
