// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers the fastest kernel of this JVM, once for all codecs. */
@Capability( // resolvers look for the service, which no component's annotation names
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"org.peeredge.dts.coding.Gf256Kernel\"",
        effective = "active")
@Component(
        immediate = true,
        service = {})
public final class KernelComponent {
    private static final Logger LOG = LoggerFactory.getLogger(KernelComponent.class);

    private final WarmService<Gf256Kernel> service;

    /** Begins to look for it. */
    @Activate
    public KernelComponent(
            BundleContext context, @Reference Threads threads, @Reference Clock clock) {
        service =
                new WarmService<>(
                        context,
                        threads,
                        Gf256Kernel.class,
                        Map.of(),
                        () -> {
                            Gf256Kernel kernel = Gf256Kernels.fastest(clock);
                            LOG.info("codecs compute by kernel {}", kernel.name());
                            return kernel;
                        });
    }

    /** Takes it away. */
    @Deactivate
    public void deactivate() {
        service.close();
    }
}
