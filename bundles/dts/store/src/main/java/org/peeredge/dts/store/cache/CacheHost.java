// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.Cache;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cache: policies, the one in force, and what the store tells and asks. */
final class CacheHost implements Cache, Evictor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CacheHost.class);

    /** So many events wait before the policy is made to work them off. */
    private static final int CATCH_UP = 512;

    private static final int MAX_QUESTIONS = 1_024;

    private final PluginSlots<CachePolicyProvider> slots;
    private final CacheMetrics metrics;
    private final PolicyChoice choice;
    private final PolicyThread thread;
    private final PolicyDesk desk;
    private final ExecutorService waiting;
    private final PolicySwitch switcher;
    private final Events events = new Events();
    private final AtomicBoolean changing = new AtomicBoolean();

    CacheHost(
            CacheSettings settings,
            Clock clock,
            Threads threads,
            MetricScope scope,
            PolicySwitch.ChoiceStore store) {
        metrics = new CacheMetrics(scope);
        slots = new PluginSlots<>(settings.drain(), settings.maxFailures(), this::tripped);
        choice = new PolicyChoice(slots, settings.policy(), metrics);
        thread =
                new PolicyThread(
                        () -> threads.newPool(CacheComponent.PID, "policy", 1, MAX_QUESTIONS),
                        settings.maxAbandonedThreads());
        metrics.abandonedThreads(thread::abandoned);
        desk = new PolicyDesk(clock, thread, choice, events, metrics, settings.hangTimeout());
        switcher = new PolicySwitch(desk, choice, store);
        waiting = threads.newVirtualPool(CacheComponent.PID, "wait");
    }

    /** What can change while it runs. */
    void settings(CacheSettings changed) {
        desk.hangTimeout(changed.hangTimeout());
        thread.maxAbandoned(changed.maxAbandonedThreads());
        desk.catchUp(); // there may be a thread again
        switcher.configured(changed.policy());
    }

    void add(String type, int ranking, CachePolicyProvider provider) {
        slots.add(type, ranking, provider);
        choice.announce();
        desk.catchUp();
    }

    /** Whether its last answer came in time. */
    boolean remove(CachePolicyProvider provider) {
        boolean drained = slots.remove(provider);
        desk.forget(provider);
        choice.announce();
        return drained;
    }

    private void tripped(String type, String reason) {
        metrics.trips.increment();
        LOG.warn(
                "Cache policy {} is tripped off: it {}. Restart or replace its bundle to use it"
                        + " again",
                type,
                reason);
        choice.announce();
    }

    @Override
    public List<PolicyInfo> policies() {
        return choice.list();
    }

    @Override
    public String policy() {
        return choice.inForce();
    }

    @Override
    public CompletionStage<Change> use(String type) {
        if (!PluginSlots.validType(type)) {
            return CompletableFuture.failedFuture(
                    new NeverException("cache policy '" + type + "' " + PluginSlots.TYPE_RULE));
        }
        if (!changing.compareAndSet(false, true)) {
            return CompletableFuture.failedFuture(
                    new RetryLaterException(
                            "another change of the cache policy is going on here: try again when it"
                                    + " is done"));
        }
        return waiting(() -> switcher.use(type))
                .whenComplete((change, error) -> changing.set(false));
    }

    /** Does what may block on a thread of its own. */
    private <T> CompletionStage<T> waiting(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, waiting);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new RetryLaterException("the cache stops", e));
        }
    }

    @Override
    public CompletionStage<Boolean> admits(CachedBlob candidate) {
        return waiting(() -> desk.ask(policy -> policy.admits(candidate)).orElse(true));
    }

    @Override
    public void attach(long capacityBytes, Supplier<List<CachedBlob>> catalogue) {
        events.feed(new Events.Feed(capacityBytes, catalogue));
        desk.catchUp();
    }

    @Override
    public void detach() {
        events.feed(null);
        desk.catchUp();
    }

    @Override
    public void stored(CachedBlob blob) {
        tell(new Events.Event.Stored(blob));
    }

    @Override
    public void used(CachedBlob blob) {
        CacheMetrics.ByPolicy counters = metrics.of(choice.inForce());
        counters.hits().increment();
        counters.hitBytes().add(blob.sizeBytes());
        tell(new Events.Event.Used(blob.digest(), blob.usedMillis()));
    }

    @Override
    public void removed(Digest digest) {
        tell(new Events.Event.Removed(digest));
    }

    private void tell(Events.Event event) {
        int n = events.add(event);
        if (n == 0) {
            metrics.dropped.increment();
        }
        if (n == 0 || n % CATCH_UP == 0) {
            desk.catchUp();
        }
    }

    @Override
    public void missed(long sizeBytes) {
        CacheMetrics.ByPolicy counters = metrics.of(choice.inForce());
        counters.misses().increment();
        counters.missBytes().add(sizeBytes);
    }

    @Override
    public void evicted(long sizeBytes) {
        CacheMetrics.ByPolicy counters = metrics.of(choice.inForce());
        counters.evictions().increment();
        counters.evictedBytes().add(sizeBytes);
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        return desk.victims(bytes, evictable).orElse(List.of());
    }

    @Override
    public void close() {
        waiting.shutdownNow();
        thread.close();
    }
}
