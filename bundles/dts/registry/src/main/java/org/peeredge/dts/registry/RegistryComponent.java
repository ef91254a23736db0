// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.registry.Registry.House;
import org.peeredge.dts.registry.upstream.UpstreamComponent;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.netty.HttpListeners;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the registry when the node is a member of a mesh. A changed configuration restarts it;
 * clients see a cut connection then.
 */
@Component(service = Images.class, immediate = true, configurationPid = RegistryConfig.PID)
@Designate(ocd = RegistryConfig.class)
public final class RegistryComponent implements Images {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryComponent.class);

    private final Registry registry;
    private final MetricScope scope;

    /** Starts with a checked configuration. */
    @Activate
    public RegistryComponent(
            BundleContext context,
            RegistryConfig config,
            @Reference HttpListeners listeners,
            @Reference ContentStore store,
            @Reference Transfers transfers,
            @Reference Mesh mesh,
            @Reference UpstreamComponent upstream,
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Metrics metrics)
            throws IOException {
        RegistrySettings settings = RegistrySettings.of(config, context);
        scope = metrics.scope();
        try {
            registry =
                    new Registry(
                            new House(
                                    listeners,
                                    store,
                                    transfers,
                                    mesh,
                                    upstream.client(),
                                    threads,
                                    clock),
                            settings,
                            scope);
        } catch (IOException | RuntimeException e) {
            scope.close();
            throw e;
        }
        LOG.info("Registry on http://{}:{}", registry.host(), registry.port());
        if (!InetAddress.getByName(settings.host()).isLoopbackAddress()) {
            LOG.warn(
                    "The registry listens on {}, in clear and for everybody who can reach it; set"
                            + " host = 127.0.0.1 in etc/{}.cfg unless that is wanted",
                    settings.host(),
                    RegistryConfig.PID);
        }
    }

    /** Stops listening and ends what runs. */
    @Deactivate
    public void deactivate() {
        registry.close();
        scope.close();
    }

    @Override
    public List<Name> published() throws IOException {
        return registry.images().published();
    }

    @Override
    public Optional<Name> find(String reference) throws IOException {
        return registry.images().find(reference);
    }

    @Override
    public List<Part> content(Digest manifest) throws IOException {
        return registry.images().content(manifest);
    }

    @Override
    public void keep(Name name, boolean fromOrigin) throws IOException {
        registry.images().keep(name, fromOrigin);
    }

    @Override
    public void unpin(Set<Digest> digests) throws IOException {
        registry.images().unpin(digests);
    }
}
