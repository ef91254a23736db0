// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.engine.swarm.Coding;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the choice of a codec and the speeds, and tells the swarm when what it may code with
 * changes. Safe for use by many threads: the lock is held for memory only, and whoever brings a
 * codec never waits for the disk.
 */
public final class CodecDesk implements Codecs {
    private static final Logger LOG = LoggerFactory.getLogger(CodecDesk.class);

    private static final String TABLE = "org.peeredge.dts.engine.codecs";

    /** A codec warms up for some seconds after its bundle has started, or was swapped. */
    static final Duration GRACE = Duration.ofSeconds(60);

    /**
     * What it stands on.
     *
     * @param configured what the configuration says
     * @param kept what outlives a restart; written on workers
     * @param slots the codecs that are here
     * @param events takes what the swarm is told, in this order; any thread, does not block
     * @param complaints takes what an operator has to do something about; any thread
     */
    record Ports(
            String configured,
            CodecRecords kept,
            Executor workers,
            Loop loop,
            PluginSlots<CodecProvider> slots,
            Consumer<Event> events,
            Consumer<String> complaints) {}

    private final Ports ports;

    /** Held while the disk is written, so that memory ends up with what the disk has. */
    private final Object writing = new Object();

    private final Object lock = new Object();
    private final Map<String, CodecSpeed> speeds;
    private Map<String, List<Integer>> repairs = Map.of();
    private String chosen;
    private @Nullable Coding told;
    private @Nullable Cancellable waiting;
    private boolean complained;
    private boolean running;

    CodecDesk(Ports ports) {
        this.ports = ports;
        chosen = ports.kept().chosen(ports.configured()).orElse(ports.configured());
        speeds = new TreeMap<>(ports.kept().speeds());
    }

    /**
     * As an engine has it.
     *
     * @param configured what is used while the operator has chosen nothing
     */
    static CodecDesk of(
            EngineNode.Parts parts,
            String configured,
            Executor workers,
            Loop loop,
            Consumer<Event> events) {
        return new CodecDesk(
                new Ports(
                        configured,
                        new CodecRecords(parts.store().records(TABLE)),
                        workers,
                        loop,
                        parts.codecs(),
                        events,
                        LOG::warn));
    }

    /** Tells the swarm for the first time; any thread. */
    void start() {
        Map<String, List<Integer>> now = repairs();
        synchronized (lock) {
            repairs = now;
            running = true;
            tell();
        }
        // What a later change of the configuration has overruled must not come back with the next.
        var _ =
                onWorker(
                                () -> {
                                    synchronized (writing) {
                                        ports.kept().forgetUnless(ports.configured());
                                    }
                                    return chosen();
                                })
                        .whenComplete((_, error) -> {
                            if (error != null) {
                                LOG.warn("an old choice of a codec could not be dropped", error);
                            }
                        });
    }

    /** Ends; any thread. */
    void stop() {
        synchronized (lock) {
            running = false;
            hush();
        }
    }

    /** A codec was added to its slots, removed from them, or tripped off; any thread. */
    public void changed() {
        Map<String, List<Integer>> now = repairs();
        synchronized (lock) {
            repairs = now;
            tell();
        }
    }

    @Override
    public String chosen() {
        synchronized (lock) {
            return chosen;
        }
    }

    @Override
    public String inUse() {
        synchronized (lock) {
            return inUse(here());
        }
    }

    @Override
    public Map<String, CodecSpeed> measured() {
        synchronized (lock) {
            return Map.copyOf(speeds);
        }
    }

    @Override
    public CompletionStage<Change> use(String type) {
        if (!type.equals(AUTO) && !type.equals(NONE) && !here().contains(type)) {
            return CompletableFuture.failedFuture(unknown(type, ", or use auto or none"));
        }
        return onWorker(() -> {
            synchronized (writing) {
                ports.kept().choose(ports.configured(), type);
                synchronized (lock) {
                    Change change = new Change(chosen, type);
                    chosen = type;
                    hush();
                    tell();
                    LOG.info("codec: {} -> {}", change.before(), change.after());
                    return change;
                }
            }
        });
    }

    @Override
    public CompletionStage<Void> measured(String type, CodecSpeed speed) {
        if (!here().contains(type)) {
            return CompletableFuture.failedFuture(
                    type.equals(NONE)
                            ? new IllegalArgumentException("'none' is no code: it has no speed")
                            : unknown(type, ""));
        }
        return onWorker(
                        () -> {
                            synchronized (writing) {
                                ports.kept().measured(type, speed);
                                synchronized (lock) {
                                    speeds.put(type, speed);
                                    tell();
                                    return speed;
                                }
                            }
                        })
                .thenAccept(_ -> {});
    }

    private IllegalArgumentException unknown(String type, String others) {
        return new IllegalArgumentException(ports.slots().whyNot("codec", type) + others);
    }

    private <T> CompletableFuture<T> onWorker(Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, ports.workers());
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
    }

    /** The codes that can be used now: a plugin that is called as one of our words is none. */
    private Set<String> here() {
        return ports.slots().list().stream()
                .filter(PluginSlots.PluginInfo::usable)
                .map(PluginSlots.PluginInfo::type)
                .filter(type -> !type.equals(AUTO) && !type.equals(NONE))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Asked without the lock: it is the plugins who answer. */
    private Map<String, List<Integer>> repairs() {
        Map<String, List<Integer>> all = new TreeMap<>();
        for (String type : here()) {
            Optional<Lease<CodecProvider>> found = ports.slots().lease(type);
            if (found.isEmpty()) {
                continue;
            }
            try (Lease<CodecProvider> lease = found.get()) {
                List<Integer> some =
                        IntStream.rangeClosed(1, Coding.MAX_SOURCE_SYMBOLS)
                                .map(lease.plugin()::repairSymbols)
                                .boxed()
                                .toList();
                if (some.stream().anyMatch(m -> m != 0)) {
                    all.put(type, some);
                }
            } catch (RuntimeException | Error e) {
                found.get().failed(e);
            }
        }
        return all;
    }

    private String inUse(Set<String> here) {
        return chosen.equals(AUTO) || here.contains(chosen) ? chosen : NONE;
    }

    private void tell() {
        if (!running) {
            return;
        }
        Set<String> here = here();
        Map<String, Coding.Speed> codecs =
                here.stream()
                        .collect(Collectors.toMap(type -> type, type -> speed(speeds.get(type))));
        Coding coding =
                new Coding(
                        inUse(here),
                        codecs,
                        repairs.entrySet().stream()
                                .filter(e -> here.contains(e.getKey()))
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        if (!coding.equals(told)) {
            told = coding;
            ports.events().accept(new Event.CodingChanged(coding));
        }
        if (coding.use().equals(chosen)) {
            if (complained) {
                LOG.info("codec '{}' is there now, and used", chosen);
            }
            hush();
        } else if (waiting == null && !complained) {
            waiting = ports.loop().schedule(GRACE, this::complain);
        }
    }

    private static Coding.Speed speed(@Nullable CodecSpeed measured) {
        return measured == null
                ? Coding.Speed.UNKNOWN
                : new Coding.Speed(
                        measured.encodeBytesPerSecond(), measured.decodeBytesPerSecond());
    }

    private void complain() {
        synchronized (lock) {
            waiting = null;
            if (!running || inUse(here()).equals(chosen)) {
                return;
            }
            complained = true;
            ports.complaints()
                    .accept(
                            "codec '"
                                    + chosen
                                    + "' is to be used (dts:codec-use) and cannot be; pieces go as"
                                    + " they are: "
                                    + ports.slots().whyNot("codec", chosen));
        }
    }

    private void hush() {
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
        complained = false;
    }
}
