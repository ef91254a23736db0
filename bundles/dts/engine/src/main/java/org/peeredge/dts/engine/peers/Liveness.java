// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Clock;

/**
 * Measures round trips, finds the dead, and ends channels whose certificate has run out. The
 * smoothing is that of RFC 6298 section 2. On the loop.
 */
final class Liveness {
    /** Without a word about content for so long a connection is idle. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** An idle connection is pinged when nothing was heard for so long. */
    private static final Duration IDLE_PING = Duration.ofMinutes(2);

    /**
     * One that was idle for so long is pinged less often where it {@link #check may rest}: there
     * are many, no router forgets them, and whoever uses one finds out in seconds whether it is
     * dead.
     */
    private static final Duration LONG_IDLE = Duration.ofMinutes(10);

    private static final Duration LONG_IDLE_PING = Duration.ofMinutes(8);

    private final Clock clock;
    private final PeersConfig config;
    private final PeerMetrics metrics;
    private final RandomGenerator random;

    Liveness(Clock clock, PeersConfig config, PeerMetrics metrics, RandomGenerator random) {
        this.clock = clock;
        this.config = config;
        this.metrics = metrics;
        this.random = random;
    }

    /** The first one at once, then each interval. */
    void ping(Connection c) {
        c.pingToken = random.nextLong();
        c.pingSentNanos = clock.nanos();
        if (!c.pingOpen) {
            c.pingFirstNanos = c.pingSentNanos;
        }
        c.pingOpen = true;
        c.send(new Message.Ping(c.pingToken));
    }

    /**
     * Comes each ping interval for each member.
     *
     * @param rests a neighbour of whom nothing is expected
     */
    void check(Connection c, boolean rests) {
        long now = clock.nanos();
        long silentNanos = now - c.lastHeardNanos();
        long limitNanos = config.pingInterval().toNanos() * config.missedPings();
        if (c.channel().peer().notAfter().isBefore(clock.now())) {
            c.close("its certificate has run out");
        } else if (c.pingOpen
                && silentNanos > limitNanos
                && now - c.pingFirstNanos >= limitNanos
                && !c.paused()) {
            metrics.deadPeers.increment();
            c.close("nothing heard for " + silentNanos / 1_000_000 + " ms");
        } else if (c.pingOpen || silentNanos >= patienceNanos(c, rests, now) || !idle(c, now)) {
            ping(c);
        }
    }

    private static long patienceNanos(Connection c, boolean rests, long now) {
        boolean longIdle = rests && now - c.contentNanos > LONG_IDLE.toNanos();
        return (longIdle ? LONG_IDLE_PING : IDLE_PING).toNanos();
    }

    /** Then few pings will do, from either end: most connections are idle most of the time. */
    private static boolean idle(Connection c, long now) {
        return now - c.contentNanos > IDLE.toNanos();
    }

    /** Whether it answered the last ping, and so gave a new measurement. */
    boolean pong(Connection c, Message.Pong pong) {
        if (!c.pingOpen || pong.token() != c.pingToken) {
            return false;
        }
        c.pingOpen = false;
        long sample = Math.max(1, clock.nanos() - c.pingSentNanos);
        c.measured = Math.min(Lans.SURE, c.measured + 1);
        c.shortestNanos = Lans.shortest(c.shortestNanos, sample);
        c.srttNanos = c.srttNanos == 0 ? sample : c.srttNanos - c.srttNanos / 8 + sample / 8;
        return true;
    }

    /** The smoothed round trip, at least 1 once there is one. */
    static long rttMicros(Connection c) {
        return c.srttNanos == 0 ? 0 : Math.max(1, c.srttNanos / 1000);
    }
}
