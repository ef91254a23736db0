// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.node.trust.NodeIdentity;
import org.peeredge.kernel.node.trust.SafeFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the membership: joins with the token file, renews from half of the certificate's life
 * on, asks for revocations, and lets the node show what changed. All state lives on the loop; what
 * blocks runs on {@code io}, one task at a time. Looks at the wall clock at least once a minute, so
 * a clock that jumps is noticed.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration TOKEN_LOOK = Duration.ofSeconds(5);
    private static final Duration JOIN_BACKOFF = Duration.ofSeconds(1);
    private static final Duration JOIN_BACKOFF_MAX = Duration.ofMinutes(1);
    private static final Duration RENEW_BACKOFF = Duration.ofMinutes(1);
    private static final Duration RENEW_BACKOFF_MAX = Duration.ofHours(1);
    private static final int MAX_TOKEN_BYTES = 8 * 1024;

    private final Node node;
    private final NodeSettings settings;
    private final Clock clock;
    private final Loop loop;
    private final Executor io;
    private final RandomGenerator random;
    private final NodeCounters counters;
    private volatile boolean closed;

    // Written only on the loop:
    private volatile boolean busy;

    // Only on the loop:
    private int failures;
    private long notBeforeNanos;
    private long nextPollNanos;
    private String triedToken = "";
    private String refusedToken = "";
    private @Nullable Cancellable timer;

    Keeper(
            Node node,
            NodeSettings settings,
            Clock clock,
            Loop loop,
            Executor io,
            RandomGenerator random,
            NodeCounters counters) {
        this.node = node;
        this.settings = settings;
        this.clock = clock;
        this.loop = loop;
        this.io = io;
        this.random = random;
        this.counters = counters;
        this.notBeforeNanos = clock.nanos();
        this.nextPollNanos = clock.nanos() + jittered(settings.poll());
    }

    void start() {
        wake();
    }

    /** Looks again soon; from any thread. */
    void wake() {
        if (!closed) {
            try {
                loop.execute(this::look);
            } catch (RejectedExecutionException _) {
                // The node closes: there is nothing to look after.
            }
        }
    }

    /** Whether an attempt runs now. */
    boolean busy() {
        return busy;
    }

    void close() {
        closed = true;
    }

    private void look() {
        if (closed) {
            return;
        }
        Cancellable old = timer;
        if (old != null) {
            old.cancel();
        }
        if (!busy) {
            act(clock.nanos() - notBeforeNanos < 0);
        }
        node.show();
        timer = loop.schedule(untilNextLook(), this::look);
    }

    /**
     * Starts what is due.
     *
     * @param paused after a failure; a token that is new does not wait for the end of the pause
     */
    private void act(boolean paused) {
        if (!node.problem().isEmpty() && !node.isAuthority()) {
            String token = token().orElse("");
            if (!token.isEmpty() && (!paused || !token.equals(triedToken))) {
                triedToken = token;
                run("join", () -> join(token), JOIN_BACKOFF, JOIN_BACKOFF_MAX);
                return;
            }
        }
        Optional<NodeIdentity> identity = node.identity();
        if (identity.isEmpty() || paused) {
            return;
        }
        if (!clock.now().isBefore(renewAt(identity.get()))) {
            run("renew", this::renew, RENEW_BACKOFF, RENEW_BACKOFF_MAX);
        } else if (!node.isAuthority() && clock.nanos() - nextPollNanos >= 0) {
            nextPollNanos = clock.nanos() + jittered(settings.poll());
            run("poll", node::pollNow, RENEW_BACKOFF, RENEW_BACKOFF_MAX);
        }
    }

    private void run(String what, Runnable task, Duration backoff, Duration max) {
        busy = true;
        // The authority asks nobody: it signs here, before the node shows an ended certificate.
        Executor where = node.isAuthority() ? Runnable::run : io;
        try {
            where.execute(() -> {
                String failure = "";
                try {
                    task.run();
                } catch (PeerEdgeException e) {
                    failure = String.valueOf(e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("{} failed in an unforeseen way; report this", what, e);
                    failure = e.toString();
                }
                String result = failure;
                finish(() -> done(what, result, backoff, max));
            });
        } catch (RejectedExecutionException _) {
            busy = false; // the node closes
        }
    }

    private void finish(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed while busy", e);
        }
    }

    private void done(String what, String failure, Duration backoff, Duration max) {
        if (failure.isEmpty()) {
            failures = 0;
            notBeforeNanos = clock.nanos();
        } else {
            Duration wait = backoff.multipliedBy(1L << Math.min(failures++, 16));
            long nanos = jittered(wait.compareTo(max) > 0 ? max : wait);
            notBeforeNanos = clock.nanos() + nanos;
            report(what, failure, Duration.ofNanos(nanos));
        }
        busy = false;
        look();
    }

    private void report(String what, String failure, Duration again) {
        String text = "Cannot {} now: {}; next attempt in {} s";
        // A missed renewal matters to an operator when the second half is half over.
        boolean urgent =
                what.equals("renew") && node.identity().map(i -> lifeLeft(i) < 0.25).orElse(false);
        if (urgent) {
            LOG.warn(text, what, failure, again.toSeconds());
        } else if (failures == 1 && !what.equals("poll")) {
            LOG.info(text, what, failure, again.toSeconds());
        } else {
            LOG.debug(text, what, failure, again.toSeconds());
        }
    }

    private void join(String token) {
        try {
            node.joinNow(token);
        } catch (NeverException e) {
            LOG.error(
                    "The join token in {} is refused: {}. Put a new one there",
                    settings.tokenFile(),
                    e.getMessage());
            finish(() -> refusedToken = token);
            return;
        }
        deleteToken(settings.tokenFile());
    }

    private static void deleteToken(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Joined, but the used join token {} cannot be deleted: delete it", file, e);
        }
    }

    private void renew() {
        try {
            node.renewNow();
            counters.renewed.increment();
        } catch (PeerEdgeException e) {
            counters.renewFailed.increment();
            throw e;
        }
    }

    /** The token that lies in the file, unless it was refused before. */
    private Optional<String> token() {
        try {
            return SafeFiles.read(settings.tokenFile(), MAX_TOKEN_BYTES)
                    .map(bytes -> new String(bytes, US_ASCII).strip())
                    .filter(text -> !text.isEmpty() && !text.equals(refusedToken));
        } catch (UncheckedIOException | NeverException e) {
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    private Duration untilNextLook() {
        Duration longest = node.problem().isEmpty() ? LOOK : TOKEN_LOOK;
        Optional<NodeIdentity> identity = node.identity();
        if (identity.isPresent()) {
            longest = sooner(longest, until(renewAt(identity.get())));
            longest = sooner(longest, until(identity.get().self().notAfter()));
        }
        long pause = notBeforeNanos - clock.nanos();
        return pause > 0 ? sooner(longest, Duration.ofNanos(pause)) : longest;
    }

    /** Past times do not make it busy: then only the pause after a failure counts. */
    private static Duration sooner(Duration a, Duration b) {
        return b.isPositive() && b.compareTo(a) < 0 ? b : a;
    }

    private Duration until(Instant time) {
        return Duration.between(clock.now(), time).plusMillis(1);
    }

    /**
     * Half of the life, and up to a twentieth more by the node's name: members that joined together
     * do not renew together.
     */
    private static Instant renewAt(NodeIdentity identity) {
        X509Certificate own = identity.credentials().certificate();
        Instant begin = own.getNotBefore().toInstant();
        Duration life = Duration.between(begin, own.getNotAfter().toInstant());
        int share = Integer.parseInt(identity.self().node().hex().substring(0, 2), 16);
        return begin.plus(life.dividedBy(2)).plus(life.multipliedBy(share).dividedBy(20 * 256));
    }

    private double lifeLeft(NodeIdentity identity) {
        X509Certificate own = identity.credentials().certificate();
        double whole =
                Duration.between(own.getNotBefore().toInstant(), own.getNotAfter().toInstant())
                        .toMillis();
        return Duration.between(clock.now(), own.getNotAfter().toInstant()).toMillis() / whole;
    }

    /** Up to a fifth more or less, so that a fleet does not come in step. */
    private long jittered(Duration duration) {
        return (long) (duration.toNanos() * (0.8 + 0.4 * random.nextDouble()));
    }
}
