// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.routing.api.Routing;

/** {@code routing:strategy-use}. */
@Service
@Command(
        scope = "routing",
        name = "strategy-use",
        description = "Puts a routing strategy in force, here or on other members")
public final class StrategyUseCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Argument(name = "type", required = true, description = "Type, as strategy-list shows it")
    @Completion(StrategyCompleter.class)
    String type = "";

    /** Karaf reads options only before the first argument; people write them after it. */
    @Argument(
            index = 1,
            name = "options",
            multiValued = true,
            description = "The options, when they are written after the type")
    @Completion(SelectorCompleter.class)
    List<String> rest = List.of();

    @Option(
            name = "--nodes",
            valueToShowInHelp = "SELECTOR",
            description =
                    "On these members: all, self, role:origin, the beginning of a node id, or"
                            + " several with commas (this node needs the role operator)")
    @Completion(SelectorCompleter.class)
    String nodes = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        readRest();
        if (nodes.isEmpty()) {
            Routing.Change change =
                    services.call(
                            Routing.class,
                            Missing.ROUTING,
                            r -> Stages.await(r.use(type), PATIENCE, "the change"));
            Changes.print(out, json, "strategy", change.before(), change.after());
            return;
        }
        List<Routing.NodeChange> changes =
                services.call(
                        Routing.class,
                        Missing.ROUTING,
                        r -> Stages.await(r.use(type, nodes), PATIENCE, "the change"));
        Rows rows = new Rows("node", "before", "after", "outcome");
        changes.forEach(c -> rows.add(c.node(), c.before(), c.after(), c.outcome()));
        rows.print(out, json);
        long changed = changes.stream().filter(c -> c.outcome().equals("changed")).count();
        if (changed < changes.size()) {
            throw new IllegalStateException(
                    changes.size()
                            - changed
                            + " of "
                            + changes.size()
                            + " nodes did not change: the table says why");
        }
    }

    private void readRest() {
        for (Iterator<String> words = rest.iterator(); words.hasNext(); ) {
            String word = words.next();
            if (word.equals("--nodes") && words.hasNext()) {
                nodes = words.next();
            } else if (word.equals("--json")) {
                json = true;
            } else {
                throw new IllegalArgumentException(
                        "'" + word + "': expected --nodes SELECTOR or --json");
            }
        }
    }
}
