// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** The images that have copies, as far as this node knows. */
@Service
public final class ReplicaCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Replicas.class,
                        replicas ->
                                replicas.list().stream()
                                        .map(Replicas.ReplicaInfo::name)
                                        .distinct()
                                        .toList())
                .orElse(List.of());
    }
}
