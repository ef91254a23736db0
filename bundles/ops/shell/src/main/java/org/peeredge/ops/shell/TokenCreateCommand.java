// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Authority;

/** {@code mesh:token-create}. */
@Service
@Command(
        scope = "mesh",
        name = "token-create",
        description = "Makes a token with which nodes join this mesh; it is shown once")
public final class TokenCreateCommand extends ShellCommand {
    @Option(
            name = "--roles",
            valueToShowInHelp = "ROLES",
            description = "What the joining nodes may do: member, origin, operator, with commas")
    @Completion(
            value = StringsCompleter.class,
            values = {"member", "origin", "operator"})
    String roles = "member";

    @Option(
            name = "--uses",
            valueToShowInHelp = "N",
            description = "How many nodes may join, 1 to 10000")
    int uses = 1;

    @Option(
            name = "--life",
            valueToShowInHelp = "TIME",
            description = "How long it can be used: 90s, 30m, 1h, 7d; at most 30d")
    String life = "1h";

    @Option(name = "--json", description = "Print a JSON array instead of the bare token")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Set<Role> granted = Words.roles(roles);
        Duration valid = Words.duration(life);
        String token =
                services.call(
                        Authority.class,
                        Missing.AUTHORITY,
                        authority -> authority.createToken(granted, uses, valid));
        if (json) {
            new Rows("token", "roles", "uses", "life_seconds")
                    .add(token, Words.names(granted), uses, valid.toSeconds())
                    .print(out, true);
        } else {
            // Nothing but the token, so that it can go through a pipe into a file.
            out.println(token);
        }
    }
}
