// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
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

        /** Whether a good answer makes earlier failures forgotten. */
        final boolean proof;

        volatile boolean begun;
        volatile boolean hung;
        volatile @Nullable Throwable failure;

        Question(boolean proof) {
            this.proof = proof;
        }
    }

    /** Asks the policy in force; empty when there is none, it failed, or its turn did not come. */
    <T> Optional<T> ask(Function<CachePolicy, T> question) {
        Question<T> asked = new Question<>(false);
        return await(asked, seat -> answer(seat, asked, question));
    }

    /**
     * What the policy in force would drop. It is there for this: doing it well, and nothing else,
     * makes earlier failures forgotten.
     */
    Optional<List<Digest>> victims(long bytes, Predicate<Digest> evictable) {
        Question<List<Digest>> asked = new Question<>(true);
        return await(
                asked,
                seat -> answer(seat, asked, policy -> Probe.checked(policy, bytes, evictable)));
    }

    /**
     * Tries a policy that need not be in force; what it does does not count but a hang.
     *
     * @throws NeverException when it is not there, throws or does not return
     * @throws RetryLaterException when its turn did not come
     */
    void probe(String type) {
        Question<Boolean> asked = new Question<>(false);
        if (await(asked, seat -> tryOut(type, seat, asked)).isPresent()) {
            return;
        }
        Throwable why = asked.failure;
        if (why instanceof NeverException never) {
            throw never;
        }
        String start = "cache policy '" + type + "' ";
        if (why != null) {
            throw new NeverException(start + "failed its check: " + why, why);
        }
        if (asked.hung) {
            throw new NeverException(start + "failed its check: it did not answer in time");
        }
        throw new RetryLaterException(
                start + "could not be checked: the policies' thread is not free; try again");
    }

    /** Lets the policy work off what it was told, without waiting for it. */
    void catchUp() {
        if (catchingUp.compareAndSet(false, true)) {
            Question<Boolean> asked = new Question<>(false);
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
        PolicyThread.Seat seat = thread.run(work).orElse(null);
        if (seat == null) {
            return Optional.empty();
        }
        Duration patience = hangTimeout;
        long startNanos = clock.nanos();
        long waitNanos = patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return asked.answer.get(
                            waitNanos - (clock.nanos() - startNanos), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    // Whoever makes room holds the store's lock: it ends soon, and then sees this.
                    interrupted = true;
                } catch (TimeoutException e) {
                    long longer = longer(asked, seat, patience, clock.nanos() - startNanos);
                    if (longer <= waitNanos) {
                        return giveUp(asked, seat, patience);
                    }
                    waitNanos = longer;
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

    /**
     * How long to wait altogether. Waiting for its turn is not the policy's doing: once that has
     * come it has its own time, as long as the asker does not wait more than twice as long.
     */
    private long longer(
            Question<?> asked, PolicyThread.Seat seat, Duration patience, long waitedNanos) {
        PolicyThread.Turn turn = seat.turn;
        if (!asked.begun || turn == null) {
            return 0;
        }
        long leftNanos = patience.toNanos() - (clock.nanos() - turn.sinceNanos());
        return Math.min(waitedNanos + leftNanos, 2 * patience.toNanos());
    }

    /** Waits no more; whoever kept the thread for too long loses it. */
    private <T> Optional<T> giveUp(Question<T> asked, PolicyThread.Seat seat, Duration patience) {
        if (asked.answer.complete(Optional.empty())) {
            PolicyThread.Turn turn = seat.turn;
            if (turn != null && clock.nanos() - turn.sinceNanos() >= patience.toNanos()) {
                asked.hung = asked.begun;
                hung(seat, turn, patience);
            }
        }
        return asked.answer.join();
    }

    private void hung(PolicyThread.Seat seat, PolicyThread.Turn turn, Duration patience) {
        String reason =
                "did not return within " + patience.toMillis() + " ms; its thread is given up";
        boolean lost =
                thread.giveUp(
                        seat,
                        () -> {
                            metrics.hung.increment();
                            turn.lease().trip(reason);
                        });
        if (lost) {
            // One may have been queued for that thread, and is lost with it.
            catchingUp.set(false);
            catchUp();
        }
    }

    /** On the policy's thread. */
    private <T> void answer(
            PolicyThread.Seat seat, Question<T> asked, Function<CachePolicy, T> question) {
        Events.Feed feed = events.feed();
        Lease<CachePolicyProvider> lease = feed == null ? null : choice.lease().orElse(null);
        if (feed == null || lease == null) {
            seat.running = null;
            events.forget();
            asked.answer.complete(Optional.empty());
            return;
        }
        asked.begun = true;
        try (lease) {
            CachePolicy known = known(seat, lease.plugin(), feed);
            List<CachedBlob> here = known == null ? feed.inOrderOfUse() : List.of();
            turn(
                    seat,
                    lease,
                    asked,
                    () -> {
                        CachePolicy policy =
                                known == null ? begin(seat, lease.plugin(), feed, here) : known;
                        seat.turn = new PolicyThread.Turn(lease, clock.nanos());
                        events.drainTo(feed, policy, seat::givenUp);
                        // One that is given up came too late, and another thread has the events.
                        return seat.givenUp()
                                ? Optional.empty()
                                : Optional.of(question.apply(policy));
                    });
        } catch (RuntimeException e) {
            LOG.error(
                    "The store's catalogue cannot be read, so the store drops what was not used"
                            + " for longest; run dts:store-check, and report this as a defect",
                    e);
            asked.answer.complete(Optional.empty());
        }
    }

    // A plugin may throw anything; nothing of it may end this thread.
    @SuppressWarnings("CatchingUnchecked")
    private <T> void turn(
            PolicyThread.Seat seat,
            Lease<CachePolicyProvider> lease,
            Question<T> asked,
            Supplier<Optional<T>> code) {
        seat.turn = new PolicyThread.Turn(lease, clock.nanos());
        try {
            Optional<T> answer = code.get();
            if (asked.proof && answer.isPresent()) {
                lease.succeeded();
            }
            asked.answer.complete(answer);
        } catch (Throwable e) {
            seat.running = null;
            if (!seat.givenUp()) { // else it was tripped off, and this is how it took that
                metrics.threw.increment();
                LOG.debug("Cache policy {} failed", lease.type(), e);
                lease.failed(e);
            }
            asked.answer.complete(Optional.empty());
        } finally {
            seat.turn = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very plugin and catalogue
    private static @Nullable CachePolicy known(
            PolicyThread.Seat seat, CachePolicyProvider provider, Events.Feed feed) {
        Running now = seat.running;
        return now != null && now.provider() == provider && now.feed() == feed
                ? now.policy()
                : null;
    }

    private static CachePolicy begin(
            PolicyThread.Seat seat,
            CachePolicyProvider provider,
            Events.Feed feed,
            List<CachedBlob> here) {
        CachePolicy policy = provider.create(Math.max(1, feed.capacityBytes()));
        here.forEach(policy::stored);
        seat.running = new Running(provider, feed, policy);
        return policy;
    }

    /** On the policy's thread. */
    @SuppressWarnings("CatchingUnchecked")
    private void tryOut(String type, PolicyThread.Seat seat, Question<Boolean> asked) {
        Lease<CachePolicyProvider> lease = choice.lease(type).orElse(null);
        if (lease == null) {
            asked.failure = new NeverException(choice.whyNot(type));
            asked.answer.complete(Optional.empty());
            return;
        }
        asked.begun = true;
        seat.turn = new PolicyThread.Turn(lease, clock.nanos());
        try (lease) {
            Probe.check(lease.plugin());
            asked.answer.complete(Optional.of(true));
        } catch (Throwable e) {
            if (!seat.givenUp()) {
                asked.failure = e;
            }
            asked.answer.complete(Optional.empty());
        } finally {
            seat.turn = null;
        }
    }
}
