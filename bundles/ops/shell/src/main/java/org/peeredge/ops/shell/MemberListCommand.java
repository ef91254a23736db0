// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;

/** {@code mesh:member-list}. */
@Service
@Command(
        scope = "mesh",
        name = "member-list",
        description = "Shows the other members that this node knows")
public final class MemberListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Mesh.class,
                Missing.MESH,
                mesh -> {
                    Rows rows =
                            new Rows(
                                    "node",
                                    "roles",
                                    "connected",
                                    "same_lan",
                                    "rtt_micros",
                                    "bytes_per_second",
                                    "addresses");
                    mesh.members().forEach(m -> add(rows, m));
                    return rows;
                });
    }

    private static void add(Rows rows, Member m) {
        rows.add(
                m.node(),
                Words.names(m.roles()),
                m.connected(),
                m.sameLan(),
                m.rttMicros(),
                m.bytesPerSecond(),
                m.addresses());
    }
}
