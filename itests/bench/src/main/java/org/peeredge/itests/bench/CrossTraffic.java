// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
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

    /** Ends it. An interrupt could end a command half way, and leave a link as it is then. */
    private final CountDownLatch over = new CountDownLatch(1);

    private @Nullable String taken;
    private volatile @Nullable Throwable failure;

    CrossTraffic(Lab lab, Scenario scenario) {
        this.lab = lab;
        this.scenario = scenario;
    }

    void start() {
        if (scenario.congested()) {
            thread.start();
        }
    }

    /** Gives back what it took; fails if it could not do all of this. */
    void stop() throws InterruptedException {
        over.countDown();
        thread.join();
        Throwable failed = failure;
        if (failed != null) {
            throw new IllegalStateException("other traffic", failed);
        }
    }

    /** Does not wait. */
    @Override
    public void close() {
        over.countDown();
    }

    private void move() {
        try {
            try {
                take();
            } finally {
                giveBack();
            }
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    private void take() throws InterruptedException {
        List<String> lans = scenario.topology().lanNames();
        boolean ended = ends(FIRST_SECONDS);
        for (int i = 0; !ended; i++) {
            giveBack();
            taken = lans.get(i % lans.size());
            set(taken, 1 - PARTS.get(i % PARTS.size()));
            ended = ends(STAY_SECONDS);
        }
    }

    /** Whether it is over by then. */
    private boolean ends(double seconds) throws InterruptedException {
        return over.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
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
