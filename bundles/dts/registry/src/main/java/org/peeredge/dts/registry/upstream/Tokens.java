// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.kernel.api.Clock;

/**
 * Tokens of upstreams that want one ("Token Authentication Specification" of the distribution
 * project): asked for at the realm that the upstream named, kept until shortly before they end.
 */
final class Tokens {
    private static final int MAX_TOKENS = 256;
    private static final int MAX_ANSWER_BYTES = 256 * 1024;
    private static final long DEFAULT_LIFE_SECONDS = 60;
    private static final long MARGIN_SECONDS = 10;

    /** Whom a token is for; the ones got with credentials are never mixed with the others. */
    private record Key(String site, String repository, boolean withCredentials) {}

    private final HttpClient client;
    private final Duration timeout;
    private final Duration stall;
    private final Recent<Key, String> known;

    Tokens(HttpClient client, Clock clock, Duration timeout, Duration stall) {
        this.client = client;
        this.timeout = timeout;
        this.stall = stall;
        this.known = new Recent<>(clock, MAX_TOKENS, Duration.ofHours(1));
    }

    /** The {@code Authorization} header that worked lately. */
    Optional<String> known(Site site, String repository, boolean withCredentials) {
        return known.get(new Key(site.name(), repository, withCredentials));
    }

    /** Forgets a token that was refused. */
    void forget(Site site, String repository, boolean withCredentials) {
        known.remove(new Key(site.name(), repository, withCredentials));
    }

    /**
     * Gets a token.
     *
     * @param basic the credentials to show to the realm, or empty
     * @return the {@code Authorization} header, or empty when the realm refuses
     */
    Optional<String> fetch(
            Site site, String repository, Challenge challenge, Optional<String> basic)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address(site, repository, challenge)).timeout(timeout);
        basic.ifPresent(header -> request.header("Authorization", header));
        HttpResponse<InputStream> answer =
                client.send(request.build(), head -> new StallStream(stall));
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 401
                    || answer.statusCode() == 403
                    || answer.statusCode() == 400) {
                return Optional.empty();
            }
            if (answer.statusCode() != 200) {
                throw new IOException(
                        "the token service of " + site.name() + " answered " + answer.statusCode());
            }
            JsonNode json = Json.read(body.readNBytes(MAX_ANSWER_BYTES));
            String token = json.path("token").asText(json.path("access_token").asText(""));
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IOException("the token service of " + site.name() + " gave no token");
            }
            long life = json.path("expires_in").asLong(DEFAULT_LIFE_SECONDS);
            String header = "Bearer " + token;
            known.put(
                    new Key(site.name(), repository, basic.isPresent()),
                    header,
                    Duration.ofSeconds(Math.clamp(life - MARGIN_SECONDS, 0L, 3600L)));
            return Optional.of(header);
        }
    }

    private static URI address(Site site, String repository, Challenge challenge)
            throws IOException {
        String realm = challenge.parameters().getOrDefault("realm", "");
        String service = challenge.parameters().getOrDefault("service", "");
        String scope = "repository:" + repository + ":pull";
        URI uri;
        try {
            uri =
                    URI.create(
                            realm
                                    + (realm.contains("?") ? "&" : "?")
                                    + (service.isEmpty() ? "" : "service=" + encode(service) + "&")
                                    + "scope="
                                    + encode(scope));
        } catch (IllegalArgumentException e) {
            throw new IOException(site.name() + " names a bad token realm '" + realm + "'", e);
        }
        boolean secure = "https".equals(uri.getScheme());
        boolean plainAllowed =
                "http".equals(site.base().getScheme()) && "http".equals(uri.getScheme());
        if (uri.getHost() == null || !(secure || plainAllowed)) {
            throw new IOException(
                    site.name() + " names a token realm that is not https: '" + realm + "'");
        }
        return uri;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
