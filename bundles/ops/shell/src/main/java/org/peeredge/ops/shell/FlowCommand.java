// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.time.Duration;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Flow;

/** {@code dts:flow}. */
@Service
@Command(
        scope = "dts",
        name = "flow",
        description = "Shows the limits in force on what this node moves, and why")
public final class FlowCommand extends ListCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Flow.class,
                Missing.TRANSFERS,
                flow -> {
                    Rows rows =
                            new Rows(
                                    "limit",
                                    "value",
                                    "unit",
                                    "held_back_bytes",
                                    "left_bytes",
                                    "why");
                    Stages.await(flow.inForce(), PATIENCE, "looking at the limits")
                            .forEach(l ->
                                    rows.add(
                                            l.name(),
                                            l.value(),
                                            l.unit(),
                                            l.heldBackBytes(),
                                            l.leftBytes(),
                                            l.why()));
                    return rows;
                });
    }
}
