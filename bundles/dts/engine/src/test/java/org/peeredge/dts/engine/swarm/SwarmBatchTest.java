// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;

/** Several pieces asked for in one message, where the link is fast enough for it. */
class SwarmBatchTest {
    private static final long MIB = 1 << 20;
    private static final Link FAST = Link.of(10_000_000_000L, 100_000);
    private static final Link SLOW = Link.of(25_000_000, 100_000);

    private final SwarmSim sim = new SwarmSim(7);

    private void completes(SwarmSim.Want want, SimContent content) {
        assertTrue(sim.run(List.of(want), 60), () -> "" + want.node.swarm().transfers());
        assertTrue(want.doneNanos >= 0, () -> "failed: " + want.never);
        SimDisk.Blob blob = want.node.disk.blob(content.digest());
        assertEquals(content.pieces(), blob.genuine.cardinality());
    }

    /** Runs until groups go over the wire in one message each. */
    private void untilBatched(SimNode sender) {
        while (sender.mostAtOnce < Pieces.GROUP_PIECES) {
            sim.runFor(SimNode.MILLI);
            assertTrue(sim.time.nanos() < 60 * SwarmSim.SECOND, "never batched");
        }
    }

    /** A node pulls from {@code b} and {@code c}. */
    private record Pull(SimNode b, SimNode c, SimContent blob, SwarmSim.Want want) {}

    /** One that {@code b} gets messages for whole groups of. */
    private Pull pullFromTwo() {
        SimNode a = sim.node("a", 0, FAST);
        SimNode b = sim.node("b", 0, FAST);
        SimNode c = sim.node("c", 0, FAST);
        SimContent blob = sim.content("blob", 256 * MIB);
        sim.give(b, blob);
        sim.give(c, blob);
        SwarmSim.Want want = sim.want(a, blob, false);
        untilBatched(b);
        return new Pull(b, c, blob, want);
    }

    @Test
    void aFastSourceIsAskedForWholeGroups() {
        SimNode origin = sim.node("origin", 0, FAST, Role.ORIGIN);
        SimNode a = sim.node("a", 0, FAST);
        SimContent blob = sim.content("blob", 128 * MIB + 17);
        sim.give(origin, blob);
        completes(sim.want(a, blob, false), blob);
        assertEquals(Pieces.GROUP_PIECES, origin.mostAtOnce);
        assertTrue(origin.asked < blob.pieces() / 2, origin.asked + " messages");
        assertEquals(0, a.count(Action.Counted.WASTED));
    }

    @Test
    void aSlowSourceIsAskedForOneAtATime() {
        SimNode origin = sim.node("origin", 0, SLOW, Role.ORIGIN);
        SimNode a = sim.node("a", 0, SLOW);
        SimContent blob = sim.content("blob", 16 * MIB);
        sim.give(origin, blob);
        completes(sim.want(a, blob, false), blob);
        assertEquals(1, origin.mostAtOnce);
    }

    @Test
    void falsePiecesAmongOthersAreCaughtAndTheSenderNamed() {
        Pull pull = pullFromTwo();
        SimNode b = pull.b;
        b.corrupts = true;
        completes(pull.want, pull.blob);
        assertTrue(pull.want.node.punished.contains(b.id));
        assertFalse(pull.want.node.punished.contains(pull.c.id));
    }

    @Test
    void aRefusalTakesTheWholeMessageBack() {
        Pull pull = pullFromTwo();
        SimNode b = pull.b;
        b.event(new Event.Gone(pull.blob.digest()));
        completes(pull.want, pull.blob);
        assertTrue(pull.want.doneNanos < 5 * SwarmSim.SECOND, "took " + pull.want.doneNanos);
        assertFalse(pull.want.node.punished.contains(b.id));
    }

    @Test
    void whatASilentSourceOwesIsAskedOfOthers() {
        Pull pull = pullFromTwo();
        SimNode b = pull.b;
        sim.network.firewall().freeze(b.port(), true);
        completes(pull.want, pull.blob);
        assertTrue(pull.want.doneNanos < 8 * SwarmSim.SECOND, "took " + pull.want.doneNanos);
    }
}
