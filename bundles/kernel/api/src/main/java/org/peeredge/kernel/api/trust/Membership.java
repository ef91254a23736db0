// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.trust;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Set;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * What a checked membership certificate says.
 *
 * @param node the node, derived from {@code key}
 * @param roles what it may do; always holds {@link Role#MEMBER}
 * @param key its public key (ECDSA P-256)
 * @param notAfter when the certificate ends
 */
public record Membership(NodeId node, Set<Role> roles, PublicKey key, Instant notAfter) {
    /** Copies the roles. */
    public Membership {
        roles = Set.copyOf(roles);
    }

    /** Whether the certificate grants {@code role}. */
    public boolean has(Role role) {
        return roles.contains(role);
    }
}
