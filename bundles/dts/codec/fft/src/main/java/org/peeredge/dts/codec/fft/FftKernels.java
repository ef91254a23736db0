// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import org.peeredge.dts.coding.Gf256Kernel;

/** Which kernel to take. */
final class FftKernels {
    static final FftKernel PLAIN = new PlainFftKernel();

    private FftKernels() {}

    /**
     * Vectors where {@code dts.coding} found them to be there and worth it, else plain Java.
     *
     * @param judged the kernel that was chosen there
     */
    static FftKernel choose(Gf256Kernel judged) {
        if (!judged.name().equals(PLAIN.name())) {
            try {
                return vectors();
            } catch (LinkageError | IllegalCallerException e) {
                // no module jdk.incubator.vector here, or no leave to use all memory as one segment
                return PLAIN;
            }
        }
        return PLAIN;
    }

    /**
     * Vectors.
     *
     * @throws LinkageError where they cannot be had
     */
    static FftKernel vectors() {
        FftKernel kernel = new VectorFftKernel();
        kernel.name(); // what is missing shows here and not at work
        return kernel;
    }
}
