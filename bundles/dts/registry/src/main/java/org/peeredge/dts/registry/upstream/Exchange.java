// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.kernel.api.Clock;

/**
 * One request to an upstream, with all that belongs to it: back-off, tokens, credentials,
 * redirects, deadlines. First tries without credentials, so that public content stays shareable,
 * and with them only when it is refused. Safe for use by many threads.
 */
final class Exchange {
    /**
     * What to ask.
     *
     * @param follow whether redirects are followed or handed back
     * @param credentials whether the operator's credentials may be used
     */
    record Ask(
            String method,
            String path,
            String repository,
            Map<String, String> headers,
            boolean follow,
            boolean credentials) {}

    private static final int MAX_REDIRECTS = 5;

    private final HttpClient client;
    private final Clock clock;
    private final Duration timeout;
    private final Duration stall;
    private final Credentials credentials;
    private final Tokens tokens;
    private final Semaphore parallel;
    private final Recent<String, Boolean> needCredentials;
    private final Map<String, BackOff> backOffs = new ConcurrentHashMap<>();

    Exchange(
            HttpClient client,
            Clock clock,
            Duration timeout,
            Duration stall,
            Credentials credentials,
            int maxParallel) {
        this.client = client;
        this.clock = clock;
        this.timeout = timeout;
        this.stall = stall;
        this.credentials = credentials;
        this.tokens = new Tokens(client, clock, timeout, stall);
        this.parallel = new Semaphore(maxParallel);
        this.needCredentials = new Recent<>(clock, 1024, Duration.ofMinutes(10));
    }

    /**
     * Sends and waits for the headers. Any status may come back but 429 and 5xx.
     *
     * @throws IOException when the upstream cannot be reached, is too slow, or wants to be left
     *     alone; trying again later may help
     */
    Answer send(Site site, Ask ask) throws IOException {
        BackOff backOff = backOffs.computeIfAbsent(site.name(), name -> new BackOff(clock));
        Duration rest = backOff.rest();
        if (rest.isPositive()) {
            throw new IOException(
                    "upstream "
                            + site.name()
                            + " failed or limited us lately and is left alone for another "
                            + rest.toMillis()
                            + " ms");
        }
        try {
            return judged(site, backOff, counted(site, ask));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        } catch (LimitedException e) {
            throw e;
        } catch (IOException e) {
            backOff.failed();
            throw new IOException("upstream " + site.name() + ": " + reason(e), e);
        }
    }

    /** The JDK's client says nothing when a connection is refused. */
    private static String reason(IOException e) {
        String said = e.getMessage();
        if (e instanceof SSLException) {
            return "TLS failed: "
                    + said
                    + " (an authority of your own goes into org.peeredge.dts.registry,"
                    + " upstream.ca.file)";
        }
        return said == null ? "cannot be reached (" + e.getClass().getSimpleName() + ")" : said;
    }

    private Answer counted(Site site, Ask ask) throws IOException, InterruptedException {
        if (!parallel.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new LimitedException("too many requests to upstreams at once on this node");
        }
        try {
            return authorised(site, ask);
        } finally {
            parallel.release();
        }
    }

    private static Answer judged(Site site, BackOff backOff, Answer answer) throws IOException {
        if (answer.status() == 429) {
            backOff.limited(seconds(answer.header("Retry-After")));
            answer.drain();
            throw new LimitedException("upstream " + site.name() + " limits our requests (429)");
        }
        if (answer.status() >= 500) {
            int status = answer.status();
            answer.drain();
            throw new IOException("answered " + status);
        }
        backOff.succeeded();
        return answer;
    }

    private Answer authorised(Site site, Ask ask) throws IOException, InterruptedException {
        String key = site.name() + "/" + ask.repository();
        Optional<String> basic =
                ask.credentials() ? credentials.basic(site.name()) : Optional.empty();
        if (basic.isEmpty()) {
            return as(site, ask, Optional.empty());
        }
        if (needCredentials.get(key).isPresent()) {
            return as(site, ask, basic);
        }
        Answer answer = as(site, ask, Optional.empty());
        if (!refused(answer)) {
            return answer;
        }
        answer.drain();
        Answer second = as(site, ask, basic);
        if (!refused(second)) {
            needCredentials.put(key, true);
        }
        return second;
    }

    /** Some registries hide what is private behind 404. */
    private static boolean refused(Answer answer) {
        return answer.status() == 401 || answer.status() == 403 || answer.status() == 404;
    }

    private Answer as(Site site, Ask ask, Optional<String> basic)
            throws IOException, InterruptedException {
        boolean withCredentials = basic.isPresent();
        Optional<String> header = tokens.known(site, ask.repository(), withCredentials);
        Answer answer = follow(site, ask, header, withCredentials);
        if (answer.status() != 401) {
            return answer;
        }
        tokens.forget(site, ask.repository(), withCredentials);
        Optional<Challenge> challenge =
                Challenge.of(answer.response().headers().allValues("WWW-Authenticate"));
        Optional<String> next = Optional.empty();
        if (challenge.isPresent()) {
            next =
                    challenge.get().bearer()
                            ? tokens.fetch(site, ask.repository(), challenge.get(), basic)
                            : basic;
        }
        if (next.isEmpty()) {
            return answer;
        }
        answer.drain();
        return follow(site, ask, next, withCredentials);
    }

    private Answer follow(
            Site site, Ask ask, Optional<String> authorization, boolean withCredentials)
            throws IOException, InterruptedException {
        URI uri = site.v2(ask.path());
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Optional<String> shown =
                    sameServer(site.base(), uri) ? authorization : Optional.empty();
            Answer answer = new Answer(once(ask, uri, shown), withCredentials);
            if (!answer.redirect() || !ask.follow()) {
                return answer;
            }
            String target = answer.header("Location").orElse("");
            answer.drain();
            URI next;
            try {
                next = uri.resolve(target);
            } catch (IllegalArgumentException e) {
                throw new IOException("redirects to '" + target + "'", e);
            }
            if (!"https".equals(next.getScheme())
                    && !("http".equals(next.getScheme()) && "http".equals(uri.getScheme()))) {
                throw new IOException("redirects from TLS to '" + next.getScheme() + "'");
            }
            uri = next;
        }
        throw new IOException("redirects more than " + MAX_REDIRECTS + " times");
    }

    private HttpResponse<InputStream> once(Ask ask, URI uri, Optional<String> authorization)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(timeout)
                        .header("Accept-Encoding", "identity")
                        .method(ask.method(), HttpRequest.BodyPublishers.noBody());
        ask.headers().forEach(request::header);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return client.send(request.build(), head -> new StallStream(stall));
    }

    private static boolean sameServer(URI a, URI b) {
        return a.getScheme().equals(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private static long seconds(Optional<String> retryAfter) {
        // The other form, a date, is rare; without a number the default rest applies.
        return retryAfter
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    /** Too many requests, there or here: not a failure of the upstream. */
    private static final class LimitedException extends IOException {
        private static final long serialVersionUID = 1L;

        LimitedException(String message) {
            super(message);
        }
    }
}
