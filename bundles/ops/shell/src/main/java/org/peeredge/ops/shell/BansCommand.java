// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Bans;

/** {@code dts:bans}. */
@Service
@Command(
        scope = "dts",
        name = "bans",
        description = "Shows the members that this node leaves alone since they lied")
public final class BansCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Bans.class,
                Missing.TRANSFERS,
                bans -> {
                    Rows rows = new Rows("node", "reason", "by", "since", "until", "times");
                    bans.bans()
                            .forEach(b ->
                                    rows.add(
                                            b.node(),
                                            b.reason(),
                                            b.by(),
                                            b.since(),
                                            b.until(),
                                            b.times()));
                    return rows;
                });
    }
}
