// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private final VirtualTime time = new VirtualTime();
    private final SimNetwork network = new SimNetwork(time, new SplittableRandom(1));
    private final Log atA = new Log(time);
    private final Log atB = new Log(time);
    private final Log atC = new Log(time);
    private final Port a = network.attach("a", Link.of(8_000_000, 5 * MILLI), atA);
    private final Port b = network.attach("b", Link.of(8_000_000, 5 * MILLI), atB);
    private final Port c = network.attach("c", Link.of(80_000_000, 5 * MILLI), atC);

    /** Remembers what it was told, with the time in milliseconds. */
    private static final class Log implements Receiver {
        final List<String> lines = new ArrayList<>();
        private final VirtualTime time;

        Log(VirtualTime time) {
            this.time = time;
        }

        @Override
        public void connected(Port peer) {
            lines.add("up " + peer);
        }

        @Override
        public void received(Port from, Object message, long bytes) {
            lines.add(time.nanos() / MILLI + " " + message);
        }

        @Override
        public void disconnected(Port peer) {
            lines.add("down " + peer);
        }

        double millisOf(String message) {
            for (String line : lines) {
                if (line.endsWith(" " + message)) {
                    return Double.parseDouble(line.substring(0, line.indexOf(' ')));
                }
            }
            throw new AssertionError(message + " did not come: " + lines);
        }
    }

    private void run() {
        time.runUntil(() -> false, time.nanos() + 60 * SECOND);
    }

    @Test
    void bulkTakesRateAndDelay() {
        network.connect(a, b);
        List<String> left = new ArrayList<>();
        assertTrue(a.send(b, "bulk", 1_000_000, () -> left.add("left " + time.nanos() / MILLI)));
        run();
        assertEquals(List.of("left 1000"), left);
        // The last chunk of 16 KiB passes the other link too.
        assertEquals(1026, atB.millisOf("bulk"), 1);
    }

    /** When two messages come that were sent after 1 MB of bulk, a second's worth. */
    private List<String> behindBulk() {
        network.connect(a, b);
        assertTrue(a.send(b, "bulk", 1_000_000, () -> {}));
        assertTrue(a.send(b, "one", 10, () -> {}));
        assertTrue(a.send(b, "two", 10, () -> {}));
        run();
        return atB.lines;
    }

    @Test
    void controlWaitsForWhatTheSocketHolds() {
        // The chunk under way and 64 KiB on one link, and the last chunk of that on the other.
        assertEquals(List.of("up a", "108 one", "108 two", "1026 bulk"), behindBulk());
    }

    @Test
    void controlWaitsForTheChunkUnderWay() {
        network.controlBehind(0);
        assertEquals(List.of("up a", "42 one", "42 two", "1026 bulk"), behindBulk());
    }

    @Test
    void controlWaitsForAllThatWasSentBeforeIt() {
        network.controlBehind(Long.MAX_VALUE);
        assertEquals(List.of("up a", "1026 bulk", "1026 one", "1026 two"), behindBulk());
    }

    @Test
    void aLinkIsSharedInTurn() {
        network.connect(a, c);
        network.connect(a, b);
        a.send(b, "whole", 1_000_000, () -> {});
        a.send(c, "half", 500_000, () -> {});
        run();
        // Each has half of the rate until the smaller one is through.
        assertEquals(1010, atC.millisOf("half"), 40);
        assertEquals(1510, atB.millisOf("whole"), 40);
    }

    @Test
    void theQueueIsBounded() {
        Port d = network.attach("d", new Link(1000, 1000, 0, 10_000, 1000), atC);
        network.connect(d, b);
        assertTrue(d.send(b, "x", 9_000, () -> {}));
        assertFalse(d.send(b, "y", 9_000, () -> {}));
        assertFalse(d.send(a, "not connected", 1, () -> {}));
    }

    @Test
    void aCutLosesWhatIsUnderWay() {
        network.connect(a, b);
        List<String> left = new ArrayList<>();
        a.send(b, "bulk", 1_000_000, () -> left.add("bulk"));
        a.send(b, "waiting", 1_000_000, () -> left.add("waiting"));
        time.after(100 * MILLI, () -> network.cut(a, b));
        time.after(200 * MILLI, () -> network.connect(a, b));
        time.after(300 * MILLI, () -> a.send(b, "after", 10, () -> {}));
        run();
        assertEquals(List.of("up a", "down a", "up a", "310 after"), atB.lines);
        assertEquals(Set.of("bulk", "waiting"), Set.copyOf(left));
        assertEquals(2, left.size());
    }

    @Test
    void partitionFreezeAndHeal() {
        network.connect(a, b);
        network.firewall().partition(Set.of(a));
        a.send(b, "lost", 10, () -> {});
        run();
        network.firewall().heal();
        network.firewall().freeze(b, true);
        a.send(b, "lost too", 10, () -> {});
        run();
        network.firewall().freeze(b, false);
        a.send(b, "here", 10, () -> {});
        run();
        assertEquals(2, atB.lines.size(), atB.lines::toString);
        assertTrue(atB.lines.get(1).endsWith(" here"), atB.lines::toString);
    }

    @Test
    void dropDuplicateDelay() {
        network.connect(a, b);
        network.firewall().drop(a, b, 1_000_000);
        a.send(b, "lost", 10, () -> {});
        a.send(b, "lost bulk", 10_000, () -> {});
        run();
        network.firewall().heal();
        assertEquals(List.of("up a"), atB.lines);
        network.firewall().duplicate(a, b, 1_000_000);
        network.firewall().delay(a, b, 7 * MILLI);
        long sent = time.nanos() / MILLI;
        a.send(b, "twice", 10, () -> {});
        run();
        assertEquals(List.of(sent + 17 + " twice", sent + 17 + " twice"), atB.lines.subList(1, 3));
    }

    @Test
    void applyToSparesOtherMessages() {
        network.connect(a, b);
        network.firewall().applyTo("lost"::equals);
        network.firewall().drop(a, b, 1_000_000);
        a.send(b, "lost", 10, () -> {});
        a.send(b, "spared", 10, () -> {});
        run();
        assertEquals(List.of("up a", "10 spared"), atB.lines);
    }

    @Test
    void aRouterIsSharedAndOnTheWayToOtherNetworksOnly() {
        Router router = network.router("wan", Link.of(1_000_000, 20 * MILLI));
        Log atX = new Log(time);
        Port x = network.attach("x", Link.of(8_000_000, MILLI), router, atX);
        Port y = network.attach("y", Link.of(8_000_000, MILLI), router, new Log(time));
        network.connect(x, y);
        network.connect(x, a);
        network.connect(y, b);
        y.send(x, "near", 100_000, () -> {});
        x.send(a, "far", 100_000, () -> {});
        y.send(b, "far too", 100_000, () -> {});
        run();
        // 100 kB at 8 Mbit/s, beside the two chunks that the router has room for; 2 ms of delay.
        assertEquals(135, atX.millisOf("near"), 5);
        // Two at 1 Mbit/s together; 1, 20 and 5 ms.
        assertEquals(1650, Math.max(atA.millisOf("far"), atB.millisOf("far too")), 60);
        assertEquals(200_000, router.upBytes());
        assertEquals(0, router.downBytes());
        assertEquals(26 * MILLI, x.delayNanos(a));
        assertEquals(2 * MILLI, x.delayNanos(y));
    }

    @Test
    void otherTrafficTakesItsPart() {
        Router router = network.router("wan", Link.of(1_000_000, 20 * MILLI));
        Port x = network.attach("x", Link.of(8_000_000, MILLI), router, new Log(time));
        network.connect(x, a);
        router.taken(75);
        a.send(x, "slow", 100_000, () -> {});
        x.send(a, "bulk", 100_000, () -> {});
        run();
        assertEquals(3250, atA.millisOf("bulk"), 100);
        assertEquals(100_000, router.downBytes());
    }

    @Test
    void aCutBehindARouterLeavesRoomForOthers() {
        Router router = network.router("wan", Link.of(1_000_000, 20 * MILLI));
        Port x = network.attach("x", Link.of(8_000_000, MILLI), router, new Log(time));
        network.connect(x, a);
        network.connect(x, b);
        for (int i = 0; i < 20; i++) {
            x.send(a, "lost", 100_000, () -> {});
        }
        time.after(300 * MILLI, () -> network.cut(x, a));
        time.after(400 * MILLI, () -> x.send(b, "through", 100_000, () -> {}));
        run();
        assertEquals(1400, atB.millisOf("through"), 500);
    }

    @Test
    void sameSeedSameTrace() {
        assertEquals(traceOf(7), traceOf(7));
        assertNotEquals(traceOf(7), traceOf(8));
    }

    private static long traceOf(long seed) {
        VirtualTime time = new VirtualTime();
        SimNetwork net = new SimNetwork(time, new SplittableRandom(seed));
        Port x = net.attach("x", Link.of(1_000_000, MILLI), new Log(time));
        Port y = net.attach("y", Link.of(1_000_000, MILLI), new Log(time));
        net.connect(x, y);
        net.firewall().reorder(x, y, 50 * MILLI);
        net.firewall().drop(x, y, 300_000);
        for (int i = 0; i < 100; i++) {
            x.send(y, "m" + i, i % 2 == 0 ? 10 : 10_000, () -> {});
        }
        assertFalse(time.runUntil(() -> false, 60 * SECOND));
        return net.trace();
    }
}
