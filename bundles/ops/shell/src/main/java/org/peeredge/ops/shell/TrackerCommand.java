// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.kernel.api.NodeId;

/** {@code dts:tracker}. */
@Service
@Command(
        scope = "dts",
        name = "tracker",
        description = "Shows the tracker that this node reports to, or what it knows as tracker")
public final class TrackerCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        Finder.Tracker t =
                services.call(Finder.class, Missing.TRANSFERS, finder -> finder.tracker());
        Rows rows =
                new Rows("tracker", "own_epoch", "members", "blobs", "other_trackers", "changes");
        rows.add(
                t.node().map(NodeId::hex).orElse("none"),
                t.epoch(),
                t.members(),
                t.blobs(),
                t.others(),
                t.changes());
        return rows;
    }
}
