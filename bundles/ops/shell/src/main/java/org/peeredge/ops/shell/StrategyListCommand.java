// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.routing.api.Routing;

/** {@code routing:strategy-list}. */
@Service
@Command(
        scope = "routing",
        name = "strategy-list",
        description = "Shows the routing strategies of this node")
public final class StrategyListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Routing.class,
                Missing.ROUTING,
                routing -> {
                    Rows rows = new Rows("type", "ranking", "state");
                    routing.strategies().forEach(s -> rows.add(s.type(), s.ranking(), s.state()));
                    return rows;
                });
    }
}
