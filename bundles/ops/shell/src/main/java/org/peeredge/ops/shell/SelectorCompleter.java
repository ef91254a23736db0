// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.mesh.Mesh;

/** What selects members. */
@Service
public final class SelectorCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        List<String> words =
                new ArrayList<>(
                        List.of("all", "self", "role:member", "role:origin", "role:operator"));
        services.ifThere(Mesh.class, m -> m.members().stream().map(n -> n.node().hex()).toList())
                .ifPresent(words::addAll);
        return words;
    }
}
