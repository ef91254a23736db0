// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/** What operators type, read strictly. */
final class Words {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])");

    private Words() {}

    /** Roles with commas between. */
    static Set<Role> roles(String text) {
        Set<Role> roles = EnumSet.of(Role.MEMBER);
        for (String word : text.split(",", -1)) {
            roles.add(role(word.strip()));
        }
        return roles;
    }

    private static Role role(String word) {
        for (Role role : EnumSet.allOf(Role.class)) {
            if (name(role).equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "'" + word + "' is no role: say member, origin, operator, or several with commas");
    }

    /** The names of roles, in order. */
    static List<String> names(Collection<Role> roles) {
        return roles.stream().sorted().map(Words::name).toList();
    }

    private static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** A number and s, m, h or d. */
    static Duration duration(String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no time: say a number and s, m, h or d, such as 1h or 7d");
        }
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    /** A whole node id, or the beginning of exactly one of {@code known}. */
    static NodeId node(String text, Collection<NodeId> known) {
        if (text.matches("[0-9a-f]{40}")) {
            return new NodeId(text);
        }
        List<NodeId> found =
                text.isEmpty()
                        ? List.of()
                        : known.stream().filter(n -> n.hex().startsWith(text)).toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is the beginning of "
                            + found.size()
                            + " known node ids, not of one: see mesh:member-list, or give all 40"
                            + " digits");
        }
        return found.getFirst();
    }
}
