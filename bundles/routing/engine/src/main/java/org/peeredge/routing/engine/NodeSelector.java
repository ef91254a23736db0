// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * Chooses members: {@code all}, {@code self}, {@code role:origin}, a node id or an unambiguous
 * beginning of one, or several of these with commas.
 */
final class NodeSelector {
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{1,40}");
    private static final int MAX_TERMS = 1_000;

    private NodeSelector() {}

    /**
     * The nodes chosen, in the order of their ids.
     *
     * @param nodes every member with its roles, this node included
     * @throws NeverException for a term that is malformed, unknown or ambiguous
     */
    static Collection<NodeId> select(String selector, NodeId self, Map<NodeId, Set<Role>> nodes) {
        String[] terms = selector.split(",", MAX_TERMS + 1);
        if (terms.length > MAX_TERMS) {
            throw new NeverException("a selector has at most " + MAX_TERMS + " parts");
        }
        Set<NodeId> chosen = new TreeSet<>();
        for (String term : terms) {
            chosen.addAll(one(term.strip(), self, nodes));
        }
        return chosen;
    }

    private static Collection<NodeId> one(String term, NodeId self, Map<NodeId, Set<Role>> nodes) {
        if (term.equals("all")) {
            return nodes.keySet();
        }
        if (term.equals("self")) {
            return List.of(self);
        }
        if (term.startsWith("role:")) {
            Role role = role(term.substring("role:".length()));
            return nodes.keySet().stream().filter(n -> holds(nodes, n, role)).toList();
        }
        if (!PREFIX.matcher(term).matches()) {
            throw new NeverException(
                    "'"
                            + term
                            + "' chooses no node: say all, self, role:member, role:origin,"
                            + " role:operator, or the beginning of a node id (mesh:member-list"
                            + " shows them)");
        }
        List<NodeId> found = nodes.keySet().stream().filter(n -> n.hex().startsWith(term)).toList();
        if (found.size() != 1) {
            throw new NeverException(
                    "'"
                            + term
                            + "' is the beginning of "
                            + found.size()
                            + " node ids, not of one: see mesh:member-list");
        }
        return found;
    }

    private static boolean holds(Map<NodeId, Set<Role>> nodes, NodeId node, Role role) {
        return nodes.getOrDefault(node, Set.of()).contains(role);
    }

    private static Role role(String name) {
        for (Role role : EnumSet.allOf(Role.class)) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return role;
            }
        }
        throw new NeverException("'role:" + name + "': roles are member, origin, operator");
    }
}
