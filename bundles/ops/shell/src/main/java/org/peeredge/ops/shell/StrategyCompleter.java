// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.routing.api.Routing;

/** The types of strategies that are there. */
@Service
public final class StrategyCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Routing.class,
                        r -> r.strategies().stream().map(Routing.StrategyInfo::type).toList())
                .orElse(List.of());
    }
}
