// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kernel.api.trust.MeshSetup;

/** {@code mesh:info}. */
@Service
@Command(
        scope = "mesh",
        name = "info",
        description = "Shows who this node is, in which mesh, with which roles")
public final class InfoCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        NodeId node = services.call(MeshSetup.class, Missing.SETUP, MeshSetup::node);
        String mesh = services.call(MeshSetup.class, Missing.SETUP, s -> s.meshId().orElse("none"));
        Optional<Membership> self = services.ifThere(Identity.class, Identity::self);
        long revocations = services.ifThere(Identity.class, Identity::revocationNumber).orElse(0L);
        boolean authority = services.ifThere(Authority.class, a -> true).orElse(false);
        long connected =
                services.ifThere(
                                Mesh.class,
                                m -> m.members().stream().filter(Member::connected).count())
                        .orElse(0L);
        return new Rows(
                        "node",
                        "mesh",
                        "roles",
                        "certificate_ends",
                        "authority_here",
                        "members_connected",
                        "revocation_number")
                .add(
                        node.hex(),
                        mesh,
                        self.map(s -> Words.names(s.roles())).orElse(List.of()),
                        self.map(s -> s.notAfter().toString()).orElse("no valid certificate"),
                        authority,
                        connected,
                        revocations);
    }
}
