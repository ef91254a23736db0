// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.Topology.Link;

/**
 * Takes a part of one LAN's uplink after another, both ways, as traffic with priority would: the
 * link's rate is what is left. So it is the same for every system, and is not counted.
 */
final class CrossTraffic implements AutoCloseable {
    private static final double FIRST_SECONDS = 5;
    private static final double STAY_SECONDS = 10;

    /** In turn; with three LANs each gets all of them in time. */
    private static final List<Double> PARTS = List.of(0.9, 0.5, 0.7, 0.8);

    private final Lab lab;
    private final Scenario scenario;
    private final Thread thread = Thread.ofVirtual().unstarted(this::move);
    private @Nullable String taken;

    CrossTraffic(Lab lab, Scenario scenario) {
        this.lab = lab;
        this.scenario = scenario;
    }

    void start() {
        if (scenario.congested()) {
            thread.start();
        }
    }

    /** Gives back what it took. */
    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    /** Does not wait. */
    @Override
    public void close() {
        thread.interrupt();
    }

    private void move() {
        List<String> lans = scenario.topology().lanNames();
        try {
            TimeUnit.NANOSECONDS.sleep((long) (FIRST_SECONDS * 1e9));
            for (int i = 0; !Thread.interrupted(); i++) {
                giveBack();
                taken = lans.get(i % lans.size());
                set(taken, 1 - PARTS.get(i % PARTS.size()));
                TimeUnit.NANOSECONDS.sleep((long) (STAY_SECONDS * 1e9));
            }
        } catch (InterruptedException e) {
            // the run is over
        }
        giveBack();
    }

    private void giveBack() {
        if (taken != null) {
            set(taken, 1);
            taken = null;
        }
    }

    private void set(String lan, double part) {
        Link uplink =
                scenario.topology()
                        .lans()
                        .get(scenario.topology().lanNames().indexOf(lan))
                        .uplink();
        lab.netlab(
                        "set",
                        lan,
                        String.format(
                                Locale.ROOT, "up=%.0fkbit", uplink.upMegabits() * part * 1000),
                        String.format(
                                Locale.ROOT, "down=%.0fkbit", uplink.downMegabits() * part * 1000))
                .ok();
    }
}
