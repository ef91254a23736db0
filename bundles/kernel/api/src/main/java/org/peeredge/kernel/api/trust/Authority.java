// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * The mesh authority; a service only on the node that holds the authority's key. Calls may write to
 * disk.
 */
@ProviderType
public interface Authority {
    /** How long a token lives when nothing else is said. */
    Duration DEFAULT_TOKEN_LIFE = Duration.ofHours(1);

    /**
     * Makes a join token. Only its hash is kept.
     *
     * @param roles what the joining node's certificate will grant
     * @param uses how many nodes may join with it, 1 to 10,000
     * @param life at most 30 days
     * @return the token: text that pins this authority and tells where to reach it; show it once
     */
    String createToken(Set<Role> roles, int uses, Duration life);

    /** The tokens that can still be used. */
    List<TokenInfo> tokens();

    /** Ends a token; unknown ids are ignored. */
    void revokeToken(String id);

    /** Revokes a node: its certificate is refused by every member that the new list has reached. */
    void revoke(NodeId node);

    /**
     * A token without its secret.
     *
     * @param id its public part
     * @param roles what it grants
     * @param usesLeft how many nodes may still join
     * @param expires when it ends
     */
    record TokenInfo(String id, Set<Role> roles, int usesLeft, Instant expires) {}
}
