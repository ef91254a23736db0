// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.RegistryConfig;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.kernel.api.Clock;

/**
 * Plain registries as a service: {@link Upstream} for the engine, and itself for the registry. A
 * component of its own, so that the engine, which wants upstreams, and the registry, which needs
 * the engine, do not wait for each other. A changed configuration restarts it.
 */
@Component(
        service = {Upstream.class, UpstreamComponent.class},
        configurationPid = RegistryConfig.PID)
public final class UpstreamComponent implements Upstream {
    private final Upstreams upstreams;

    /** Starts with a checked configuration. */
    @Activate
    public UpstreamComponent(BundleContext context, RegistryConfig config, @Reference Clock clock) {
        this.upstreams = new Upstreams(RegistrySettings.of(config, context), clock);
    }

    /** Ends what runs. */
    @Deactivate
    public void deactivate() {
        upstreams.close();
    }

    /** What the registry asks upstreams with. */
    public UpstreamClient client() {
        return upstreams.client();
    }

    @Override
    public boolean serves(UpstreamRef ref) {
        return client().serves(ref);
    }

    @Override
    public Body open(UpstreamRef ref, Digest digest, long offset) throws IOException {
        return client().open(ref, digest, offset);
    }

    @Override
    public Body openForMembers(UpstreamRef ref, Digest digest, long offset) throws IOException {
        return client().openForMembers(ref, digest, offset);
    }

    @Override
    public Body openRange(UpstreamRef ref, Digest digest, long offset, long length)
            throws IOException {
        return client().openRange(ref, digest, offset, length);
    }
}
