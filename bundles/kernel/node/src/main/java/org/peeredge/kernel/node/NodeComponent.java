// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.MeshSetup;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.trust.NodeIdentity;

/**
 * The node in OSGi: offers {@link MeshSetup} always, {@link Identity} while the node is a member
 * with a valid certificate, {@link Authority} on the authority. The last two come and go, so they
 * are registered by hand; the capabilities tell resolvers that they exist.
 */
@Component(configurationPid = NodeSettings.BUNDLE, immediate = true, service = MeshSetup.class)
@Designate(ocd = NodeConfig.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"org.peeredge.kernel.api.trust.Identity\"",
        effective = "active")
@Capability(
        namespace = "osgi.service",
        attribute =
                "objectClass:List<String>=\"org.peeredge.kernel.api.trust.Authority,org.peeredge.kernel.node.authority.MeshAuthority\"",
        effective = "active")
public final class NodeComponent implements MeshSetup {
    private final Services services;
    private final Node node;

    /** Reads the key, or makes it at first start. */
    @Activate
    public NodeComponent(
            BundleContext context,
            NodeConfig config,
            @Reference Clock clock,
            @Reference Threads threads,
            @Reference Metrics metrics) {
        NodeSettings settings = new NodeConfig.Check(config, context::getProperty).settings();
        services = new Services(context);
        node = new Node(settings, clock, threads, metrics, services);
        node.start();
    }

    @Deactivate
    void deactivate() {
        node.close(); // first: then nothing is registered any more
        services.close();
    }

    @Override
    public NodeId node() {
        return node.node();
    }

    @Override
    public Optional<String> meshId() {
        return node.meshId();
    }

    @Override
    public void create() {
        node.create();
    }

    @Override
    public CompletionStage<Void> join(String token) {
        return node.join(token);
    }

    /** The services that come and go. */
    private static final class Services implements Publisher, AutoCloseable {
        private final BundleContext context;
        private @Nullable ServiceRegistration<?> identity;
        private @Nullable ServiceRegistration<?> authority;
        private boolean closed;

        Services(BundleContext context) {
            this.context = context;
        }

        @Override
        public void memberUp(NodeIdentity member) {
            if (isOpen()) {
                identity = keep(context.registerService(Identity.class, member, null));
            }
        }

        @Override
        public void memberDown() {
            ServiceRegistration<?> gone = identity;
            identity = null;
            drop(gone);
        }

        @Override
        public void authority(MeshAuthority lead) {
            if (isOpen()) {
                String[] names = {Authority.class.getName(), MeshAuthority.class.getName()};
                authority = keep(context.registerService(names, lead, null));
            }
        }

        @Override
        public void close() {
            synchronized (this) {
                closed = true;
            }
            drop(authority);
            drop(identity);
        }

        private synchronized boolean isOpen() {
            return !closed;
        }

        /** Consumers may take longer to start than {@link #close} waits for the loop. */
        private @Nullable ServiceRegistration<?> keep(ServiceRegistration<?> made) {
            if (isOpen()) {
                return made;
            }
            drop(made);
            return null;
        }

        private static void drop(@Nullable ServiceRegistration<?> registration) {
            if (registration != null) {
                try {
                    registration.unregister();
                } catch (IllegalStateException _) {
                    // The framework did it when the bundle stopped.
                }
            }
        }
    }
}
