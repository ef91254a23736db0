// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import org.osgi.service.component.annotations.Component;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.kernel.api.plugin.PluginSlots;

/** The service. */
@Component(property = PluginSlots.TYPE + "=density")
public final class DensityProvider implements CachePolicyProvider {
    @Override
    public CachePolicy create(long capacityBytes) {
        return new DensityPolicy(capacityBytes);
    }
}
