// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.mesh.Mesh;

/** The ids of the other members. */
@Service
public final class MemberCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Mesh.class, m -> m.members().stream().map(n -> n.node().hex()).toList())
                .orElse(List.of());
    }
}
