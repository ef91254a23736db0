// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Authority;

/** {@code mesh:revoke}. */
@Service
@Command(
        scope = "mesh",
        name = "revoke",
        description = "Puts a node out of the mesh: every member refuses its certificate")
public final class RevokeCommand extends ShellCommand {
    @Argument(name = "node", required = true, description = "Node id, or the beginning of one")
    @Completion(MemberCompleter.class)
    String node = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        List<NodeId> known =
                services.ifThere(Mesh.class, m -> m.members().stream().map(Member::node).toList())
                        .orElse(List.of());
        NodeId gone = Words.node(node, known);
        services.call(
                Authority.class,
                Missing.AUTHORITY,
                authority -> {
                    authority.revoke(gone);
                    return true;
                });
        Changes.print(
                out, json, "node " + gone, known.contains(gone) ? "member" : "unknown", "revoked");
    }
}
