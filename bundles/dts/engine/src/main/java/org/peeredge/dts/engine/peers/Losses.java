// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;

/**
 * What the end of a channel says of its member: whether it is awaited, and when it is dialled
 * again. Only a channel that this node dialled and the member did not take counts as a failure: one
 * that both ends had taken shows that the address is good, whatever ended it, and most often that
 * was a swapped plugin. On the loop.
 */
final class Losses {
    /** A channel that lasted this long was a good one. */
    private static final Duration LASTED = Duration.ofSeconds(10);

    private final Clock clock;
    private final NodeId self;
    private final AddressBook book;
    private final Bans bans;
    private final Neighbours neighbours;
    private final Returning returning;

    Losses(
            PeersPorts ports,
            AddressBook book,
            Bans bans,
            Neighbours neighbours,
            Returning returning) {
        this.clock = ports.clock();
        this.self = ports.identity().self().node();
        this.book = book;
        this.bans = bans;
        this.neighbours = neighbours;
        this.returning = returning;
    }

    private boolean lasted(Connection c) {
        return clock.nanos() - c.upSinceNanos >= LASTED.toNanos();
    }

    /** A member's channel is open still. */
    void stays(Connection c) {
        if (lasted(c)) {
            book.proved(c.node());
        }
    }

    /**
     * A member's channel ended.
     *
     * @param dialAgain false when another channel to it takes over: what was asked of it is asked
     *     again over that one
     */
    void down(Connection c, boolean dialAgain) {
        if (!bans.banned(c.node())) {
            returning.lost(Directory.member(c, neighbours));
        }
        if (!dialAgain) {
            return;
        }
        if (c.confirmed || c.replaced) {
            book.ended(c.node(), c.replaced || lasted(c), clock.nanos());
        } else if (c.dialled) {
            book.refused(c.node(), clock.nanos());
        }
    }

    /** A channel ended before its member was connected. */
    void neverUp(Connection c) {
        if (c.dialled && !c.replaced && !c.node().equals(self)) {
            book.refused(c.node(), clock.nanos());
        }
    }
}
