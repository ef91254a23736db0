// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.channel.ChannelTck;

class MemoryChannelTckTest extends ChannelTck {
    private final MemoryNetwork network = new MemoryNetwork();

    /** Several nodes of one process have metrics of their own. */
    @Override
    protected ChannelProvider start(Identity identity) {
        return new MemoryChannelProvider(
                network,
                identity,
                kernel.threads(),
                new TestMetrics().scope(),
                MemorySettings.defaults());
    }

    @Override
    protected void stop(ChannelProvider provider) {
        if (provider instanceof MemoryChannelProvider memory) {
            memory.close();
        }
    }
}
