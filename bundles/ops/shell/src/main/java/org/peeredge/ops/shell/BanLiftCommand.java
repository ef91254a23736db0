// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Bans;
import org.peeredge.kernel.api.NodeId;

/** {@code dts:ban-lift}. */
@Service
@Command(
        scope = "dts",
        name = "ban-lift",
        description = "Ends a ban on this node, and forgets what it was for")
public final class BanLiftCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Argument(name = "node", required = true, description = "Node id, or the beginning of one")
    @Completion(BanCompleter.class)
    String node = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        List<NodeId> banned =
                services.call(
                        Bans.class,
                        Missing.TRANSFERS,
                        bans -> bans.bans().stream().map(Bans.Ban::node).toList());
        NodeId who = Words.node(node, banned);
        Optional<Bans.Ban> was =
                services.call(
                        Bans.class,
                        Missing.TRANSFERS,
                        bans -> Stages.await(bans.lift(who), PATIENCE, "lifting the ban"));
        String before =
                was.map(b -> "banned until " + b.until() + ": " + b.reason()).orElse("not banned");
        Changes.print(out, json, "node " + who, before, "not banned");
    }
}
