// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.peeredge.dts.api.Flow;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.engine.flow.Budget;
import org.peeredge.dts.engine.flow.Lane;
import org.peeredge.dts.engine.flow.Metered;
import org.peeredge.dts.engine.flow.Rules;
import org.peeredge.dts.engine.flow.Standing;
import org.peeredge.dts.engine.flow.Ways;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.swarm.Swarm;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out what holds now of the rules: by the time of day, by the links that members are reached
 * over, by what is left of the budget, and tells the swarm when that changes. On the engine's loop;
 * it looks at links and keeps the budget on a worker.
 */
public final class FlowControl implements Flow {
    private static final Logger LOG = LoggerFactory.getLogger(FlowControl.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long LINKS_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long KEEP_NANOS = Duration.ofSeconds(15).toNanos();
    private static final String BUDGET = "flow.budget";

    /**
     * What it stands on.
     *
     * @param remotes the addresses at which connected members are reached; any thread
     */
    record Ports(
            Clock clock,
            ZoneId zone,
            Records records,
            Executor workers,
            Loop loop,
            MetricScope metrics,
            Supplier<Map<NodeId, String>> remotes,
            Consumer<Event> events) {}

    /** What was seen of the links. */
    private record Links(Map<NodeId, Metered> members, Optional<Metered> upstream) {
        static final Links NONE = new Links(Map.of(), Optional.empty());
    }

    /** For metrics, which other threads read. */
    private record Seen(
            Map<Lane, Double> rates, long heldUpBytes, long heldDownBytes, long leftBytes) {
        static Seen of(Swarm swarm, long leftBytes) {
            Map<Lane, Double> rates = new EnumMap<>(Lane.class);
            for (Lane lane : Lane.values()) {
                rates.put(lane, swarm.gate().rate(lane));
            }
            return new Seen(
                    rates, swarm.heldBackBytes(true), swarm.heldBackBytes(false), leftBytes);
        }
    }

    private volatile Seen seen = new Seen(Map.of(), 0, 0, -1);
    private final Ports ports;
    private final Swarm swarm;
    private final Budget budget;
    private Rules rules = Rules.NONE;
    private Links links = Links.NONE;
    private Standing told = Standing.FREE;
    private long linksNanos;
    private long keptNanos;
    private boolean looking;
    private boolean dirty;
    private long countedBytes;
    private Cancellable timer = () -> {};

    FlowControl(Ports ports, Swarm swarm) {
        this.ports = ports;
        this.swarm = swarm;
        this.budget = new Budget(ports.records().get(BUDGET), now().toLocalDate());
        long nanos = ports.clock().nanos();
        this.linksNanos = nanos - LINKS_NANOS;
        this.keptNanos = nanos;
        metrics(ports.metrics());
    }

    private void metrics(MetricScope scope) {
        for (Lane lane : Lane.values()) {
            scope.gauge(
                    "peeredge_dts_engine_limit_bytes_per_second",
                    "This node's limit now; 0 where there is none.",
                    () -> seen.rates().getOrDefault(lane, 0.0),
                    "limit",
                    lane.text());
        }
        for (boolean up : new boolean[] {true, false}) {
            scope.gauge(
                    "peeredge_dts_engine_held_back_bytes",
                    "What would be sent, or asked for, now, but for a limit.",
                    () -> up ? seen.heldUpBytes() : seen.heldDownBytes(),
                    "direction",
                    up ? "up" : "down");
        }
        scope.gauge(
                "peeredge_dts_engine_wan_budget_left_bytes",
                "What is left of the day's budget; -1 without one.",
                () -> seen.leftBytes());
    }

    /** Begins; on the loop. */
    void start() {
        look();
        timer = ports.loop().schedule(LOOK, this::start);
    }

    /** Other rules, from now on; any thread. */
    public void rules(Rules newRules) {
        onLoop(() -> change(newRules));
    }

    private void onLoop(Runnable task) {
        try {
            ports.loop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine has stopped");
        }
    }

    private void change(Rules newRules) {
        if (!newRules.metered().equals(rules.metered())) {
            links = Links.NONE;
            linksNanos = ports.clock().nanos() - LINKS_NANOS;
        }
        rules = newRules;
        look();
    }

    private void look() {
        long nanos = ports.clock().nanos();
        LocalDateTime now = now();
        long bytes = swarm.gate().wanBytes();
        dirty |= bytes != countedBytes;
        budget.used(bytes - countedBytes, now.toLocalDate());
        countedBytes = bytes;
        if (dirty && rules.budgetBytes() > 0 && nanos - keptNanos >= KEEP_NANOS) {
            keep(nanos);
        }
        if (!rules.metered().isEmpty() && !looking && nanos - linksNanos >= LINKS_NANOS) {
            lookAtLinks(nanos);
        }
        Standing standing = standing(now);
        if (!standing.equals(told)) {
            told = standing;
            ports.events().accept(new Event.Limits(standing));
        }
        seen = Seen.of(swarm, leftBytes());
    }

    private LocalDateTime now() {
        return LocalDateTime.ofInstant(ports.clock().now(), ports.zone());
    }

    private Standing standing(LocalDateTime now) {
        boolean spent = rules.budgetBytes() > 0 && budget.leftBytes(rules.budgetBytes()) == 0;
        Standing.Access wan =
                !spent
                        ? Standing.Access.ALL
                        : rules.foregroundBeyond()
                                ? Standing.Access.FOREGROUND
                                : Standing.Access.NONE;
        Set<NodeId> metered = new HashSet<>(links.members().keySet());
        return new Standing(
                rules.at(now),
                metered,
                links.upstream().isPresent(),
                wan,
                spent ? "the WAN budget of the day is spent (wan.budget)" : "");
    }

    private void lookAtLinks(long nanos) {
        linksNanos = nanos;
        looking = true;
        List<Metered> metered = rules.metered();
        boolean begun =
                onWorker(() -> {
                    Map<NodeId, Metered> members = new HashMap<>();
                    ports.remotes()
                            .get()
                            .forEach((node, host) ->
                                    Ways.to(host, metered).ifPresent(m -> members.put(node, m)));
                    Links seen = new Links(Map.copyOf(members), Ways.out(metered));
                    onLoop(() -> found(metered, seen));
                });
        looking = begun;
    }

    private void found(List<Metered> by, Links found) {
        looking = false;
        if (by.equals(rules.metered())) {
            links = found;
            look();
        }
    }

    private void keep(long nanos) {
        keptNanos = nanos;
        byte[] kept = budget.kept();
        dirty = !onWorker(() -> ports.records().put(BUDGET, kept));
    }

    private boolean onWorker(Runnable task) {
        try {
            ports.workers().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("no worker is free: tried again", e);
            return false;
        }
    }

    /** Keeps the budget for the next start. */
    void stop() {
        timer.cancel();
        look();
        if (dirty && rules.budgetBytes() > 0) {
            keep(keptNanos);
        }
    }

    private long leftBytes() {
        return rules.budgetBytes() == 0 ? -1 : budget.leftBytes(rules.budgetBytes());
    }

    private double rate(Lane lane) {
        return swarm.gate().rate(lane);
    }

    @Override
    public CompletionStage<List<Limit>> inForce() {
        CompletableFuture<List<Limit>> all = new CompletableFuture<>();
        try {
            ports.loop().execute(() -> all.complete(limits()));
        } catch (RejectedExecutionException e) {
            all.completeExceptionally(new RetryLaterException("the engine is stopping", e));
        }
        return all;
    }

    private List<Limit> limits() {
        List<Limit> all = new ArrayList<>();
        told.rates()
                .limits()
                .forEach((lane, rate) ->
                        all.add(
                                new Limit(
                                        lane.key(),
                                        "" + Math.round(rate(lane)),
                                        "bytes/s",
                                        why(lane, rate.bytesPerSecond(), rate.why()),
                                        swarm.heldBackBytes(lane.up()),
                                        -1)));
        told.rates()
                .backgroundOff()
                .ifPresent(why -> all.add(new Limit("background", "off", "", why, -1, -1)));
        if (rules.budgetBytes() > 0) {
            all.add(
                    new Limit(
                            "wan.budget",
                            "" + rules.budgetBytes(),
                            "bytes/day",
                            told.wan() == Standing.Access.ALL
                                    ? "wan.budget"
                                    : told.wanWhy() + ": over the WAN " + beyond(),
                            -1,
                            leftBytes()));
        }
        links.members().forEach((node, m) -> all.add(paid(node.shortName(), m)));
        links.upstream().ifPresent(m -> all.add(paid("upstreams", m)));
        return all;
    }

    private String why(Lane lane, long whole, String why) {
        return Math.round(rate(lane)) == whole ? why : why + " = " + whole + " for the LAN";
    }

    private String beyond() {
        return rules.foregroundBeyond() ? "only what somebody waits for" : "nothing";
    }

    private static Limit paid(String who, Metered m) {
        return new Limit(
                "metered",
                "" + m.pricePerGigabyte(),
                "price/GB",
                who + " over " + m.link() + ": only what somebody waits for",
                -1,
                -1);
    }
}
