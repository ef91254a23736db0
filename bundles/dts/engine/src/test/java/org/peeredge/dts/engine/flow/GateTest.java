// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NodeId;

/** Buckets, alone and one within the other. */
class GateTest {
    private static final long SECOND = 1_000_000_000;
    private static final long MILLI = 1_000_000;
    private static final Gate.Way NEAR = new Gate.Way(new NodeId("aa".repeat(20)), false, false);
    private static final Gate.Way FAR = new Gate.Way(new NodeId("bb".repeat(20)), true, false);
    private static final Gate.Way UPSTREAM = new Gate.Way(new NodeId("cc".repeat(20)), true, true);

    private final Gate gate = new Gate();

    private void limits(Map<Lane, Long> limits) {
        Map<Lane, Rates.Rate> rates = new HashMap<>();
        limits.forEach((lane, rate) -> rates.put(lane, new Rates.Rate(rate, "test")));
        gate.set(
                new Standing(
                        new Rates(rates, Optional.empty()),
                        Set.of(),
                        false,
                        Standing.Access.ALL,
                        ""),
                0);
    }

    /** Bytes that go in a time, in pieces, by one who looks each so many nanoseconds. */
    private double sent(Gate.Way way, long from, long nanos, long eachNanos, int piece) {
        long bytes = 0;
        for (long now = from; now < from + nanos; now += eachNanos) {
            while (gate.open(true, way, false, now)) {
                gate.spend(true, way, false, piece, now);
                bytes += piece;
            }
        }
        return bytes;
    }

    @Test
    void theRateIsKeptWhateverThePieceAndTheTick() {
        for (int piece : new int[] {1_000, 262_144, 1_048_576}) {
            for (long each : new long[] {MILLI, 20 * MILLI, 90 * MILLI}) {
                Gate one = new Gate();
                long bytes = 0;
                one.set(
                        new Standing(
                                new Rates(
                                        Map.of(Lane.UP, new Rates.Rate(50_000_000, "test")),
                                        Optional.empty()),
                                Set.of(),
                                false,
                                Standing.Access.ALL,
                                ""),
                        0);
                for (long now = 0; now < 5 * SECOND; now += each) {
                    while (one.open(true, NEAR, false, now)) {
                        one.spend(true, NEAR, false, piece, now);
                        bytes += piece;
                    }
                }
                assertEquals(250e6, (double) bytes, 0.03 * 250e6, piece + " each " + each);
            }
        }
    }

    @Test
    void whatWasNotUsedIsForgotten() {
        limits(Map.of(Lane.UP, 1_000_000L));
        assertEquals(100_000.0, sent(NEAR, 60 * SECOND, 1, 1, 1_000), 1_001.0);
    }

    @Test
    void theLowestLimitOnAWayCounts() {
        limits(Map.of(Lane.UP, 8_000_000L, Lane.WAN_UP, 2_000_000L, Lane.PEER_UP, 5_000_000L));
        assertEquals(20e6, sent(FAR, 0, 10 * SECOND, MILLI, 10_000), 0.3e6);
        assertEquals(50e6, sent(NEAR, 20 * SECOND, 10 * SECOND, MILLI, 10_000), 0.6e6);
        assertTrue(gate.open(false, FAR, false, 0), "the other way is free");
        assertTrue(gate.nanosFor(2_000_000, true, FAR, false, 0) >= SECOND);
        assertEquals(0, gate.nanosFor(2_000_000, false, FAR, false, 0));
    }

    @Test
    void whatDidNotComeIsGivenBack() {
        limits(Map.of(Lane.DOWN, 1_000_000L));
        gate.spend(false, UPSTREAM, false, 500_000, 0);
        assertEquals(SECOND / 2, gate.nanosToOpen(false, UPSTREAM, false, 0));
        gate.spend(false, UPSTREAM, false, -500_000, 0);
        assertTrue(gate.open(false, UPSTREAM, false, 0));
        assertEquals(0, gate.wanBytes());
    }

    @Test
    void aLowerRateDoesNotMakeADebtLonger() {
        limits(Map.of(Lane.UP, 100_000_000L));
        gate.spend(true, NEAR, false, 10_000_000, 0);
        limits(Map.of(Lane.UP, 1_000L));
        assertEquals(SECOND / 10 / MILLI, gate.nanosToOpen(true, NEAR, false, 0) / MILLI);
        limits(Map.of());
        assertTrue(gate.open(true, NEAR, false, 0));
    }

    @Test
    void membersOfALanShareItsPart() {
        limits(Map.of(Lane.LAN_WAN_UP, 8_000_000L));
        gate.lanMembers(4, 0);
        assertEquals(2_000_000, gate.rate(Lane.LAN_WAN_UP));
        assertEquals(20e6, sent(FAR, 0, 10 * SECOND, MILLI, 10_000), 0.3e6);
        assertTrue(gate.open(true, NEAR, false, 0));
    }

    @Test
    void peersThatLeaveAreForgotten() {
        limits(Map.of(Lane.PEER_UP, 1_000L));
        gate.spend(true, NEAR, false, 1_000_000, 0);
        assertFalse(gate.open(true, NEAR, false, 0));
        gate.gone(NEAR.peer());
        assertTrue(gate.open(true, NEAR, false, 0));
    }

    @Test
    void whoMayUseTheWan() {
        for (Standing.Access access : Standing.Access.values()) {
            gate.set(new Standing(Rates.NONE, Set.of(), false, access, "x"), 0);
            assertEquals(access != Standing.Access.NONE, gate.permits(FAR, false));
            assertEquals(access == Standing.Access.ALL, gate.permits(FAR, true));
            assertTrue(gate.permits(NEAR, true));
        }
        gate.set(new Standing(Rates.NONE, Set.of(FAR.peer()), true, Standing.Access.ALL, ""), 0);
        assertTrue(gate.permits(FAR, false));
        assertFalse(gate.permits(FAR, true));
        assertFalse(gate.permits(UPSTREAM, true));
        assertTrue(gate.permits(NEAR, true));
    }
}
