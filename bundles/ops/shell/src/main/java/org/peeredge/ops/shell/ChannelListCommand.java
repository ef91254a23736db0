// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;

/** {@code dts:channel-list}. */
@Service
@Command(
        scope = "dts",
        name = "channel-list",
        description = "Shows the channel plugins of this node")
public final class ChannelListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        Rows rows = new Rows("type", "ranking", "reliable", "ordered", "max_frame_bytes", "bundle");
        services.eachPlugin(
                ChannelProvider.class,
                plugin -> {
                    ChannelTraits traits = plugin.service().traits();
                    rows.add(
                            plugin.type(),
                            plugin.ranking(),
                            traits.reliable(),
                            traits.ordered(),
                            traits.maxFrameBytes(),
                            plugin.bundle());
                });
        return rows;
    }
}
