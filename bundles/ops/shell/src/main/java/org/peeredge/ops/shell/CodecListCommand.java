// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecProvider;

/** {@code dts:codec-list}. */
@Service
@Command(scope = "dts", name = "codec-list", description = "Shows the codec plugins of this node")
public final class CodecListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        Rows rows = new Rows("type", "ranking", "bundle");
        services.eachPlugin(
                CodecProvider.class,
                plugin -> rows.add(plugin.type(), plugin.ranking(), plugin.bundle()));
        return rows;
    }
}
