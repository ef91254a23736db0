// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * What the authority says in a membership certificate, as the URI in its subject alternative name
 * (RFC 5280, 4.2.1.6): {@code peeredge:mesh/<mesh>/node/<node>?roles=member,origin}.
 */
public record MeshName(String meshId, NodeId node, Set<Role> roles) {
    private static final Pattern MEMBER =
            Pattern.compile(
                    "peeredge:mesh/([0-9a-f]{64})/node/([0-9a-f]{40})\\?roles=([a-z,]{1,200})");
    private static final int URI_NAME = 6;

    /** Copies the roles. */
    public MeshName {
        roles = Set.copyOf(roles);
    }

    /** The URI. */
    public String uri() {
        TreeSet<Role> sorted = new TreeSet<>(roles);
        String list =
                String.join(
                        ",", sorted.stream().map(r -> r.name().toLowerCase(Locale.ROOT)).toList());
        return "peeredge:mesh/" + meshId + "/node/" + node + "?roles=" + list;
    }

    /** The name that only the door of a mesh's authority has. */
    public static String doorUri(String meshId) {
        return "peeredge:mesh/" + meshId + "/door";
    }

    /**
     * The one name in a certificate. A role that this version does not know grants nothing and is
     * left out.
     */
    public static Optional<MeshName> of(X509Certificate certificate) {
        List<String> uris = uris(certificate);
        if (uris.size() != 1) {
            return Optional.empty();
        }
        Matcher match = MEMBER.matcher(uris.getFirst());
        if (!match.matches()) {
            return Optional.empty();
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        List<String> words = Arrays.asList(match.group(3).split(",", -1));
        for (Role role : Role.values()) {
            if (words.contains(role.name().toLowerCase(Locale.ROOT))) {
                roles.add(role);
            }
        }
        return roles.contains(Role.MEMBER)
                ? Optional.of(new MeshName(match.group(1), new NodeId(match.group(2)), roles))
                : Optional.empty();
    }

    /** All URIs in the subject alternative name. */
    public static List<String> uris(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return List.of();
            }
            return names.stream()
                    .filter(n -> Integer.valueOf(URI_NAME).equals(n.get(0)))
                    .map(n -> String.valueOf(n.get(1)))
                    .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }
}
