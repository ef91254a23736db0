// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.node.json.JsonObject;

/**
 * One token in the book.
 *
 * @param secretHash SHA-256 of the secret
 * @param takers who took a use lately, and when
 */
public record TokenEntry(
        String id,
        byte[] secretHash,
        Set<Role> roles,
        int usesLeft,
        Instant expires,
        Map<NodeId, Instant> takers) {
    /** Copies the collections. */
    public TokenEntry {
        roles = Set.copyOf(roles);
        takers = Map.copyOf(takers);
    }

    TokenEntry takenBy(NodeId node, Instant now, Instant forgetBefore) {
        Map<NodeId, Instant> next = new HashMap<>(takers);
        next.values().removeIf(t -> t.isBefore(forgetBefore));
        next.put(node, now);
        return new TokenEntry(id, secretHash, roles, usesLeft - 1, expires, next);
    }

    TokenEntry endedAt(Instant now) {
        return new TokenEntry(id, secretHash, roles, usesLeft, now, takers);
    }

    Map<String, Object> json() {
        List<Object> taken = new ArrayList<>();
        takers.forEach(
                (node, at) -> taken.add(Map.of("node", node.hex(), "at", at.getEpochSecond())));
        return Map.of(
                "id",
                id,
                "secretSha256",
                HexFormat.of().formatHex(secretHash),
                "roles",
                new TreeSet<>(roles)
                        .stream().map(r -> (Object) r.name().toLowerCase(Locale.ROOT)).toList(),
                "usesLeft",
                usesLeft,
                "expires",
                expires.getEpochSecond(),
                "takers",
                taken);
    }

    static TokenEntry read(JsonObject json) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        json.texts("roles").forEach(r -> roles.add(Role.valueOf(r.toUpperCase(Locale.ROOT))));
        Map<NodeId, Instant> takers = new HashMap<>();
        for (JsonObject taker : json.objects("takers")) {
            takers.put(new NodeId(taker.text("node")), Instant.ofEpochSecond(taker.number("at")));
        }
        byte[] hash = HexFormat.of().parseHex(json.text("secretSha256"));
        if (hash.length != 32) {
            throw new IllegalArgumentException("a token's hash has " + hash.length + " bytes");
        }
        return new TokenEntry(
                json.text("id"),
                hash,
                roles,
                Math.toIntExact(json.number("usesLeft")),
                Instant.ofEpochSecond(json.number("expires")),
                takers);
    }
}
