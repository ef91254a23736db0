// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.trust.Authority;

/** {@code mesh:token-revoke}. */
@Service
@Command(scope = "mesh", name = "token-revoke", description = "Ends a join token")
public final class TokenRevokeCommand extends ShellCommand {
    @Argument(name = "id", required = true, description = "The token's id, as token-list shows it")
    @Completion(TokenCompleter.class)
    String id = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        int left =
                services.call(
                        Authority.class,
                        Missing.AUTHORITY,
                        authority -> {
                            int uses = usesLeft(authority);
                            authority.revokeToken(id);
                            return uses;
                        });
        Changes.print(out, json, "token " + id, left + " uses left", "revoked");
    }

    private int usesLeft(Authority authority) {
        return authority.tokens().stream()
                .filter(t -> t.id().equals(id))
                .mapToInt(Authority.TokenInfo::usesLeft)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "there is no token '" + id + "' in use: see mesh:token-list"));
    }
}
