// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.cache.Cache;

/** The types of cache policies that are there. */
@Service
public final class CacheCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Cache.class,
                        c -> c.policies().stream().map(Cache.PolicyInfo::type).toList())
                .orElse(List.of());
    }
}
