// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Bans;

/** The ids of banned members. */
@Service
public final class BanCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Bans.class, b -> b.bans().stream().map(n -> n.node().hex()).toList())
                .orElse(List.of());
    }
}
