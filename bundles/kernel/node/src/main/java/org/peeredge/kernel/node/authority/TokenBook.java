// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.node.json.Json;
import org.peeredge.kernel.node.json.JsonObject;
import org.peeredge.kernel.node.trust.P256;
import org.peeredge.kernel.node.trust.SafeFiles;

/**
 * The tokens that were made, in {@code tokens.json}. A use is taken on disk before the certificate
 * is given, so that no crash hands out one use twice. A node whose answer was lost may ask again
 * for {@link #ASK_AGAIN} without taking another. Dead tokens are kept for a while, so that their
 * holders learn why they are refused. Safe for use by many threads.
 */
public final class TokenBook {
    /** Tokens kept at once, dead ones included. */
    static final int MAX_TOKENS = 1_000;

    static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    private static final Duration KEPT_WHEN_OVER = Duration.ofDays(7);
    private static final int MAX_BYTES = 4 << 20;
    private static final long VERSION = 1;

    private final Path file;
    private final Clock clock;
    private final Map<String, TokenEntry> tokens;

    private TokenBook(Path file, Clock clock, Map<String, TokenEntry> tokens) {
        this.file = file;
        this.clock = clock;
        this.tokens = tokens;
    }

    /**
     * Reads the file; an absent one is an empty book.
     *
     * @throws NeverException naming the file, when it is damaged
     */
    public static TokenBook load(Path file, Clock clock) {
        Map<String, TokenEntry> tokens = new LinkedHashMap<>();
        SafeFiles.readSecret(file, MAX_BYTES)
                .ifPresent(bytes -> {
                    try {
                        JsonObject book = Json.read(bytes);
                        if (book.number("version") != VERSION) {
                            throw new IllegalArgumentException("unknown version");
                        }
                        for (JsonObject token : book.objects("tokens")) {
                            TokenEntry entry = TokenEntry.read(token);
                            tokens.put(entry.id(), entry);
                        }
                    } catch (IllegalArgumentException e) {
                        throw SafeFiles.damaged(file, String.valueOf(e.getMessage()), e);
                    }
                });
        return new TokenBook(file, clock, tokens);
    }

    /** Adds a token, on disk when this returns. */
    public synchronized void add(
            String id, byte[] secret, Set<Role> roles, int uses, Instant expires) {
        forgetOld();
        if (tokens.size() >= MAX_TOKENS) {
            throw new IllegalStateException(
                    "there are "
                            + MAX_TOKENS
                            + " tokens already: revoke some, or wait until they end");
        }
        change(new TokenEntry(id, P256.sha256(secret), roles, uses, expires, Map.of()));
    }

    /**
     * Takes one use for {@code node}, on disk when this returns.
     *
     * @return the roles that the token grants
     * @throws NeverException when the token is unknown, over, or used up
     */
    public synchronized Set<Role> take(String id, byte[] secret, NodeId node) {
        TokenEntry entry = tokens.get(id);
        byte[] hash = P256.sha256(secret);
        // Compared also when unknown, so that time does not tell which ids there are.
        byte[] expected = entry == null ? new byte[hash.length] : entry.secretHash();
        if (!MessageDigest.isEqual(hash, expected) || entry == null) {
            throw new UnknownTokenException("the authority does not know this token");
        }
        Instant now = clock.now();
        if (!now.isBefore(entry.expires())) {
            throw new NeverException("the token ended at " + entry.expires() + ": make a new one");
        }
        Instant taken = entry.takers().get(node);
        if (taken != null && now.isBefore(taken.plus(ASK_AGAIN))) {
            return entry.roles();
        }
        if (entry.usesLeft() < 1) {
            throw new NeverException("the token is used up: make a new one");
        }
        change(entry.takenBy(node, now, now.minus(ASK_AGAIN)));
        return entry.roles();
    }

    /** Ends a token; it counts as over from now on. */
    public synchronized void end(String id) {
        TokenEntry entry = tokens.get(id);
        if (entry != null && clock.now().isBefore(entry.expires())) {
            change(entry.endedAt(clock.now()));
        }
    }

    /** The tokens that can still be used. */
    public synchronized List<TokenEntry> usable() {
        Instant now = clock.now();
        return tokens.values().stream()
                .filter(t -> t.usesLeft() > 0 && now.isBefore(t.expires()))
                .toList();
    }

    private void change(TokenEntry next) {
        Map<String, TokenEntry> all = new LinkedHashMap<>(tokens);
        all.put(next.id(), next);
        List<Object> list = new ArrayList<>();
        all.values().forEach(t -> list.add(t.json()));
        SafeFiles.write(file, Json.write(Map.of("version", VERSION, "tokens", list)));
        tokens.put(next.id(), next); // only what is on disk counts
    }

    private void forgetOld() {
        Instant limit = clock.now().minus(KEPT_WHEN_OVER);
        tokens.values().removeIf(t -> t.expires().isBefore(limit));
        @Nullable String oldestDead =
                tokens.size() < MAX_TOKENS
                        ? null
                        : tokens.values().stream()
                                .filter(t -> t.usesLeft() < 1 || !clock.now().isBefore(t.expires()))
                                .map(TokenEntry::id)
                                .findFirst()
                                .orElse(null);
        if (oldestDead != null) {
            tokens.remove(oldestDead);
        }
    }

    /** Nobody made this token: the one refusal that guessing can cause. */
    public static final class UnknownTokenException extends NeverException {
        private static final long serialVersionUID = 1L;

        UnknownTokenException(String message) {
            super(message);
        }
    }
}
