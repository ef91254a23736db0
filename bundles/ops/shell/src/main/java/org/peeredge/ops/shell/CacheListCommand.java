// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.cache.Cache;

/** {@code dts:cache-list}. */
@Service
@Command(scope = "dts", name = "cache-list", description = "Shows the cache policies of this node")
public final class CacheListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Cache.class,
                Missing.STORE,
                cache -> {
                    Rows rows = new Rows("type", "ranking", "state");
                    cache.policies().forEach(p -> rows.add(p.type(), p.ranking(), p.state()));
                    return rows;
                });
    }
}
