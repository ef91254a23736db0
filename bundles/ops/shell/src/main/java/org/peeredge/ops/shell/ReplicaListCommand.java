// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** {@code dts:replica-list}. */
@Service
@Command(
        scope = "dts",
        name = "replica-list",
        description = "Shows the images whose copies this node wants, or keeps for others")
public final class ReplicaListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Replicas.class,
                Missing.REPLICAS,
                replicas -> {
                    Rows rows =
                            new Rows(
                                    "image",
                                    "manifest",
                                    "owner",
                                    "role",
                                    "copies",
                                    "keepers",
                                    "size_bytes",
                                    "lease_seconds",
                                    "state");
                    replicas.list()
                            .forEach(r ->
                                    rows.add(
                                            r.name(),
                                            r.manifest(),
                                            r.owner(),
                                            r.role(),
                                            r.copies(),
                                            r.keepers(),
                                            r.sizeBytes(),
                                            r.leaseSeconds(),
                                            r.state()));
                    return rows;
                });
    }
}
