// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.plugin.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks policies under a deadline and under a lease for each question. What a policy knows lives as
 * long as its plugin does and it makes no mistake; the next one, or a fresh one of the same plugin,
 * is told the catalogue first. Safe for use by many threads.
 */
final class PolicyDesk {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyDesk.class);

    private final Clock clock;
    private final PolicyThread thread;
    private final PolicyChoice choice;
    private final Events events;
    private final CacheMetrics metrics;
    private final AtomicBoolean catchingUp = new AtomicBoolean();
    private volatile Duration hangTimeout;

    PolicyDesk(
            Clock clock,
            PolicyThread thread,
            PolicyChoice choice,
            Events events,
            CacheMetrics metrics,
            Duration hangTimeout) {
        this.clock = clock;
        this.thread = thread;
        this.choice = choice;
        this.events = events;
        this.metrics = metrics;
        this.hangTimeout = hangTimeout;
    }

    void hangTimeout(Duration timeout) {
        hangTimeout = timeout;
    }

    /** One question on its way. */
    private static final class Question<T> {
        final CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
        volatile @Nullable Lease<CachePolicyProvider> lease;
        volatile @Nullable Throwable failure;
    }

    /** Asks the policy in force; empty when there is none or it failed. */
    <T> Optional<T> ask(Function<CachePolicy, T> question) {
        Question<T> asked = new Question<>();
        return await(asked, seat -> answer(seat, asked, question));
    }

    /**
     * Tries a policy that need not be in force; what it does does not count but a hang.
     *
     * @throws NeverException when it is not there, throws or does not return
     */
    void probe(String type) {
        Question<Boolean> asked = new Question<>();
        Optional<Boolean> passed = await(asked, seat -> tryOut(type, asked));
        if (passed.isEmpty()) {
            Throwable why = asked.failure;
            if (why instanceof NeverException never) {
                throw never;
            }
            String start = "cache policy '" + type + "' failed its check: ";
            throw why == null
                    ? new NeverException(start + "it did not answer in time")
                    : new NeverException(start + why, why);
        }
    }

    /** Lets the policy work off what it was told, without waiting for it. */
    void catchUp() {
        if (catchingUp.compareAndSet(false, true)) {
            Question<Boolean> asked = new Question<>();
            Optional<PolicyThread.Seat> seat =
                    thread.run(s -> {
                        catchingUp.set(false);
                        answer(s, asked, policy -> true);
                    });
            if (seat.isEmpty()) {
                catchingUp.set(false);
            }
        }
    }

    /** A plugin has gone: nothing of it is kept. */
    @SuppressWarnings("ReferenceEquality") // this very plugin
    void forget(CachePolicyProvider gone) {
        var _ =
                thread.run(seat -> {
                    Running running = seat.running;
                    if (running != null && running.provider() == gone) {
                        seat.running = null;
                    }
                });
    }

    private <T> Optional<T> await(Question<T> asked, PolicyThread.Work work) {
        Optional<PolicyThread.Seat> seat = thread.run(work);
        if (seat.isEmpty()) {
            return Optional.empty();
        }
        Duration patience = hangTimeout;
        long deadline = clock.nanos() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return asked.answer.get(deadline - clock.nanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    // Whoever makes room holds the store's lock: it ends soon, and then sees this.
                    interrupted = true;
                } catch (TimeoutException e) {
                    hung(seat.get(), asked.lease, patience);
                    return Optional.empty();
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void hung(
            PolicyThread.Seat seat, @Nullable Lease<CachePolicyProvider> held, Duration patience) {
        Lease<CachePolicyProvider> lease = held == null ? seat.lease : held;
        metrics.hung.increment();
        thread.giveUp(seat);
        if (lease != null) {
            lease.trip(
                    "did not return within " + patience.toMillis() + " ms; its thread is given up");
        }
    }

    /** On the policy's thread. */
    // A plugin may throw anything; nothing of it may end this thread.
    @SuppressWarnings("CatchingUnchecked")
    private <T> void answer(
            PolicyThread.Seat seat, Question<T> asked, Function<CachePolicy, T> question) {
        Lease<CachePolicyProvider> lease = choice.lease().orElse(null);
        Events.Feed feed = events.feed();
        if (lease == null || feed == null) {
            seat.running = null;
            events.forget();
            asked.answer.complete(Optional.empty());
            return;
        }
        asked.lease = lease;
        seat.lease = lease;
        try (lease) {
            CachePolicy policy = running(seat, lease.plugin(), feed);
            events.drainTo(policy, seat::givenUp);
            if (seat.givenUp()) {
                return; // it came too late: nobody waits, and another thread has the events
            }
            T answer = question.apply(policy);
            lease.succeeded();
            asked.answer.complete(Optional.of(answer));
        } catch (Throwable e) {
            seat.running = null;
            metrics.threw.increment();
            LOG.debug("Cache policy {} failed", lease.type(), e);
            lease.failed(e);
            asked.answer.complete(Optional.empty());
        } finally {
            seat.lease = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very plugin and catalogue
    private static CachePolicy running(
            PolicyThread.Seat seat, CachePolicyProvider provider, Events.Feed feed) {
        Running now = seat.running;
        if (now != null && now.provider() == provider && now.feed() == feed) {
            return now.policy();
        }
        CachePolicy policy = provider.create(Math.max(1, feed.capacityBytes()));
        List<CachedBlob> blobs =
                feed.blobs().stream()
                        .sorted(Comparator.comparingLong(CachedBlob::usedMillis))
                        .toList();
        blobs.forEach(policy::stored);
        seat.running = new Running(provider, feed, policy);
        return policy;
    }

    /** On the policy's thread. */
    @SuppressWarnings("CatchingUnchecked")
    private void tryOut(String type, Question<Boolean> asked) {
        Lease<CachePolicyProvider> lease = choice.lease(type).orElse(null);
        if (lease == null) {
            asked.failure = new NeverException(choice.whyNot(type));
            asked.answer.complete(Optional.empty());
            return;
        }
        asked.lease = lease;
        try (lease) {
            Probe.check(lease.plugin());
            asked.answer.complete(Optional.of(true));
        } catch (Throwable e) {
            asked.failure = e;
            asked.answer.complete(Optional.empty());
        }
    }
}
