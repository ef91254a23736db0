// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.CodecWarmUp;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.WarmService;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;

/** Offers the codec once it is warm. */
@Component(
        immediate = true,
        service = {})
public final class FftComponent {
    private final WarmService<CodecProvider> service;

    /** Begins to warm up. */
    @Activate
    public FftComponent(
            BundleContext context,
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Gf256Kernels kernels) {
        service =
                CodecWarmUp.service(
                        context,
                        threads,
                        clock,
                        FftCodec.USUAL,
                        Map.of(),
                        () -> new FftCodec(kernels.fastest()));
    }

    /** Takes it away. */
    @Deactivate
    public void deactivate() {
        service.close();
    }
}
