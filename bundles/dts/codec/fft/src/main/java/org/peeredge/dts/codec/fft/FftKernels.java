// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import org.peeredge.dts.coding.Gf256Kernel;

/** Which kernel to take. */
final class FftKernels {
    private FftKernels() {}

    /**
     * Vectors where {@code dts.coding} found them to be there and worth it, else plain Java.
     *
     * @param judged the kernel that was chosen there
     */
    static FftKernel choose(Gf256Kernel judged) {
        if (judged.name().startsWith("vector-")) {
            try {
                return vectors();
            } catch (LinkageError e) {
                // this bundle is not wired to the module that the other one is wired to
                return new PlainFftKernel();
            }
        }
        return new PlainFftKernel();
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
