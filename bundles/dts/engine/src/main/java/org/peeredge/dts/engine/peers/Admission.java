// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * Which of two channels to one member stays, and who makes room. Both ends decide alike without a
 * word: of channels opened at about the same time the one that the lower node id dialled stays; of
 * others the newer one, since its dialler would not have dialled with a live one.
 */
final class Admission {
    /** Channels this close together are taken to have been opened at the same time. */
    static final Duration AT_ONCE = Duration.ofSeconds(5);

    private Admission() {}

    /** Whether the channel just dialled is of no use beside {@code there}, before any hello. */
    static boolean superfluous(NodeId self, Connection there, long nowNanos) {
        if (there.dialled) {
            return true;
        }
        boolean recent = nowNanos - there.upSinceNanos < AT_ONCE.toNanos();
        return !recent || there.node().compareTo(self) < 0;
    }

    /** Whether {@code fresh}, which has said hello, takes the place of {@code there}. */
    static boolean replaces(NodeId self, Connection fresh, Connection there, long nowNanos) {
        if (fresh.dialled == there.dialled) {
            return !fresh.dialled;
        }
        boolean recent = nowNanos - there.upSinceNanos < AT_ONCE.toNanos();
        return recent ? fresh.dialled == self.compareTo(fresh.node()) < 0 : true;
    }

    /**
     * Who goes when a near member comes and all places are taken: the farthest that is not near.
     */
    static Optional<Connection> leastUseful(
            Collection<Connection> all, Predicate<Connection> near) {
        return all.stream()
                .filter(c -> !near.test(c))
                .max(
                        Comparator.comparing((Connection c) -> !c.channel().peer().has(Role.ORIGIN))
                                .thenComparingLong(c -> c.srttNanos));
    }
}
