// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.trust.Authority;

/** {@code mesh:token-list}. */
@Service
@Command(
        scope = "mesh",
        name = "token-list",
        description = "Shows the join tokens that can still be used, without their secrets")
public final class TokenListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Authority.class,
                Missing.AUTHORITY,
                authority -> {
                    Rows rows = new Rows("id", "roles", "uses_left", "expires");
                    authority
                            .tokens()
                            .forEach(t ->
                                    rows.add(
                                            t.id(),
                                            Words.names(t.roles()),
                                            t.usesLeft(),
                                            t.expires()));
                    return rows;
                });
    }
}
