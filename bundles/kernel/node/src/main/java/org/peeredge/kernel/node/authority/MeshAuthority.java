// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;
import org.peeredge.kernel.node.trust.MembershipCheck;
import org.peeredge.kernel.node.trust.MeshName;
import org.peeredge.kernel.node.trust.NodeKey;
import org.peeredge.kernel.node.trust.P256;
import org.peeredge.kernel.node.trust.RevocationList;
import org.peeredge.kernel.node.trust.Revocations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs members in, keeps them in, puts them out. Safe for use by many threads. */
public final class MeshAuthority implements Authority {
    private static final Logger LOG = LoggerFactory.getLogger(MeshAuthority.class);
    private static final Duration MAX_TOKEN_LIFE = Duration.ofDays(30);
    private static final int MAX_USES = 10_000;

    private final AuthorityKey key;
    private final NodeKey self;
    private final TokenBook tokens;
    private final Revocations revocations;
    private final MembershipCheck check;
    private final Clock clock;
    private final Duration life;
    private final Supplier<List<HostPort>> doors;
    private final Runnable onRevoked;
    private final SecureRandom secrets = new SecureRandom();

    /**
     * The authority that holds {@code key}, on the node {@code self}.
     *
     * @param life how long a membership certificate lasts
     * @param doors where joining nodes reach this one, asked anew for each token
     * @param onRevoked called after a new revocation list is in force
     */
    public MeshAuthority(
            AuthorityKey key,
            NodeKey self,
            TokenBook tokens,
            Revocations revocations,
            MembershipCheck check,
            Clock clock,
            Duration life,
            Supplier<List<HostPort>> doors,
            Runnable onRevoked) {
        this.key = key;
        this.self = self;
        this.tokens = tokens;
        this.revocations = revocations;
        this.check = check;
        this.clock = clock;
        this.life = life;
        this.doors = doors;
        this.onRevoked = onRevoked;
    }

    @Override
    public String createToken(Set<Role> roles, int uses, Duration tokenLife) {
        if (uses < 1 || uses > MAX_USES) {
            throw new IllegalArgumentException("uses " + uses + ": 1 to " + MAX_USES);
        }
        if (!tokenLife.isPositive() || tokenLife.compareTo(MAX_TOKEN_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "life " + tokenLife + ": more than nothing, at most 30 days");
        }
        Set<Role> granted = EnumSet.of(Role.MEMBER);
        granted.addAll(roles);
        byte[] id = new byte[JoinToken.ID_BYTES];
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        secrets.nextBytes(id);
        secrets.nextBytes(secret);
        JoinToken token =
                new JoinToken(key.meshId(), HexFormat.of().formatHex(id), secret, doors.get());
        Instant expires = clock.now().plus(tokenLife);
        tokens.add(token.id(), secret, granted, uses, expires);
        LOG.info(
                "Join token {} made: roles {}, {} use(s), ends {}",
                token.id(),
                granted,
                uses,
                expires);
        return token.text();
    }

    @Override
    public List<TokenInfo> tokens() {
        return tokens.usable().stream()
                .map(t -> new TokenInfo(t.id(), t.roles(), t.usesLeft(), t.expires()))
                .toList();
    }

    @Override
    public void revokeToken(String id) {
        tokens.end(id);
    }

    @Override
    public void revoke(NodeId node) {
        if (node.equals(self.id())) {
            throw new IllegalArgumentException(
                    "the authority's own node cannot be revoked: nobody could sign the next list");
        }
        putOnList(node);
        LOG.info("Node {} revoked", node);
        onRevoked.run();
    }

    private synchronized void putOnList(NodeId node) {
        Instant now = clock.now();
        Map<NodeId, Instant> next = new HashMap<>();
        long number = 1;
        RevocationList current = revocations.current().orElse(null);
        if (current != null) {
            next.putAll(current.until());
            next.values().removeIf(now::isAfter);
            number = current.number() + 1;
        }
        // No certificate given so far outlasts this; later ones are refused (join, renew).
        next.put(node, now.plus(life).plus(Certificates.CLOCK_SKEW));
        revocations.issue(RevocationList.sign(key.key().secret(), key.meshId(), number, next));
    }

    /**
     * Lets a node in: takes one use of the token, then signs.
     *
     * @param holder the key that the node proved to hold
     * @throws NeverException saying why not
     */
    public Credentials join(PublicKey holder, String id, byte[] secret) {
        NodeId node = NodeId.of(holder);
        if (!P256.isP256(holder)) {
            throw new NeverException("the node's key is not on P-256");
        }
        if (node.equals(self.id())) {
            throw new NeverException("this node is the mesh's authority and a member already");
        }
        refuseRevoked(node);
        Credentials credentials = issue(holder, tokens.take(id, secret, node));
        // A revocation may have come in between: its list is newer than this look.
        refuseRevoked(node);
        LOG.info("Node {} joined with token {}", node, id);
        return credentials;
    }

    /**
     * A new certificate with the roles of the present one.
     *
     * @throws NeverException when the present one is no valid membership
     */
    public Credentials renew(X509Certificate present) {
        Membership member = check.check(present);
        return issue(member.key(), member.roles());
    }

    /** A member's claim to be one. */
    public Membership member(X509Certificate certificate) {
        return check.check(certificate);
    }

    /** A new certificate for the authority's own node. */
    public Credentials issueOwn() {
        return key.own(self, clock.now(), life);
    }

    /** What the door shows: a certificate over this node's key that is no membership, then ours. */
    public List<X509Certificate> doorChain() {
        X509Certificate door =
                Certificates.signed(
                        key.certificate(),
                        key.key().secret(),
                        self.open(),
                        "door",
                        MeshName.doorUri(key.meshId()),
                        clock.now(),
                        Instant.MAX);
        return List.of(door, key.certificate());
    }

    /** The key behind {@link #doorChain}. */
    public NodeKey doorKey() {
        return self;
    }

    /** The newest list, empty when there is none. */
    public byte[] revocationList() {
        return revocations.current().map(l -> l.encoded().clone()).orElseGet(() -> new byte[0]);
    }

    private Credentials issue(PublicKey holder, Set<Role> roles) {
        return new Credentials(
                key.membership(holder, roles, clock.now(), life), key.certificate(), doors.get());
    }

    private void refuseRevoked(NodeId node) {
        if (revocations.names(node)) {
            throw new NeverException(
                    "node "
                            + node
                            + " was revoked: give the machine a new key (move its data folder"
                            + " away), then join with a new token");
        }
    }
}
