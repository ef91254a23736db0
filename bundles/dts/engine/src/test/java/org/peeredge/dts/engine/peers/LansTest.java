// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LansTest {
    private static final long MILLI = 1_000_000;
    private static final double SAME_SITE_MILLIS = 1;

    private final SplittableRandom random = new SplittableRandom(1);

    /** What is said after so many measurements of a way, each with a queue on top. */
    private boolean near(boolean labelled, double millis, int samples, double queueMillis) {
        boolean near = labelled;
        long shortest = 0;
        for (int i = 1; i <= samples; i++) {
            double queue = random.nextDouble() * queueMillis;
            shortest = Lans.shortest(shortest, (long) ((millis + queue) * MILLI) + 1);
            near = Lans.near(labelled, near, Math.min(i, Lans.SURE), shortest);
        }
        return near;
    }

    @Test
    void theLabelCountsUntilTheWayIsKnown() {
        assertTrue(near(true, 80, Lans.SURE - 1, 0));
        assertFalse(near(true, 80, Lans.SURE, 0));
    }

    @Test
    void noMeasurementMakesANeighbour() {
        assertFalse(near(false, 0.1, 100, 0));
    }

    @Test
    void queuesOfOurOwnDoNotSendANeighbourAway() {
        assertTrue(near(true, 0.3, 500, 60));
        assertTrue(near(true, 4, 500, 40));
    }

    @Test
    void aSlowStartIsForgiven() {
        long shortest = 0;
        for (int i = 0; i < Lans.SURE - 1; i++) {
            shortest = Lans.shortest(shortest, 300 * MILLI);
        }
        shortest = Lans.shortest(shortest, MILLI);
        assertTrue(Lans.near(true, true, Lans.SURE, shortest));
    }

    @Test
    void aWayThatGotLongerIsBelievedInTheEnd() {
        long shortest = MILLI;
        int samples = 0;
        while (Lans.near(true, true, Lans.SURE, shortest)) {
            shortest = Lans.shortest(shortest, 100 * MILLI);
            samples++;
        }
        // At one in 5 s: a quarter of an hour of nothing but far measurements.
        assertEquals(190, samples, 20);
    }

    @Test
    void nobodyComesAndGoesNearTheLimit() {
        long between = (Lans.NEAR_NANOS + Lans.LEAVES_NANOS) / 2;
        assertTrue(Lans.near(true, true, Lans.SURE, between));
        assertFalse(Lans.near(true, false, Lans.SURE, between));
    }

    /** All have the same label, as behind an overlay: who is at one site stays, all far ones go. */
    @Test
    void anOverlayOverManySites() throws IOException {
        double[][] rtt = roundTrips();
        int far = 0;
        int kept = 0;
        for (int i = 0; i < rtt.length; i++) {
            for (int j = 0; j < rtt.length; j++) {
                double millis = rtt[i][j];
                if (i == j || millis <= 0) {
                    continue;
                }
                boolean near = near(true, millis, 2 * Lans.SURE, 5);
                if (millis < SAME_SITE_MILLIS) {
                    assertTrue(near, () -> millis + " ms");
                } else if (millis > 20) {
                    assertFalse(near, () -> millis + " ms");
                    far++;
                }
                kept += near ? 1 : 0;
            }
        }
        assertTrue(far > 10 * kept, far + " far, " + kept + " kept");
    }

    /** Measured ones where they are at hand, else sites drawn on a plane. */
    private double[][] roundTrips() throws IOException {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path file = up.resolve("shared/traces/planetlab_rtt_490.txt");
            if (Files.isReadable(file)) {
                return Files.readAllLines(file).stream()
                        .map(LansTest::row)
                        .toArray(double[][]::new);
            }
        }
        int n = 200;
        double[] x = random.doubles(n / 2, 0, 150).toArray();
        double[] y = random.doubles(n / 2, 0, 100).toArray();
        double[][] rtt = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rtt[i][j] = 0.2 + Math.hypot(x[i / 2] - x[j / 2], y[i / 2] - y[j / 2]);
            }
        }
        return rtt;
    }

    private static double[] row(String line) {
        String[] parts = line.strip().split("\\s+", -1);
        double[] row = new double[parts.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = Double.parseDouble(parts[i]);
        }
        return row;
    }
}
