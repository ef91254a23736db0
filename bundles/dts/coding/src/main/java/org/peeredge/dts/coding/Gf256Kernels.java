// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.ArrayList;
import java.util.List;
import org.peeredge.kernel.api.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the kernels that this JVM has, and of these the fastest that computes rightly. */
public final class Gf256Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Gf256Kernels.class);

    private Gf256Kernels() {}

    /** The kernel that each JVM has. */
    public static Gf256Kernel plain() {
        return new PlainKernel();
    }

    /** All that can be loaded, the plain one first. */
    public static List<Gf256Kernel> all() {
        List<Gf256Kernel> found = new ArrayList<>();
        found.add(plain());
        try {
            found.add(new VectorKernel());
        } catch (LinkageError | IllegalCallerException e) {
            // No module jdk.incubator.vector, or no leave to use all memory as one segment.
            LOG.info("no vectors in this JVM, codecs compute in plain Java: {}", e.toString());
        }
        return found;
    }

    /**
     * Tries all that there are, until each is as fast as it gets: takes seconds of CPU time.
     *
     * @return the fastest whose results are right; it is warm
     */
    public static Gf256Kernel fastest(Clock clock) {
        Gf256Kernel best = plain();
        double bestNanos = Double.MAX_VALUE;
        for (Gf256Kernel kernel : all()) {
            KernelTrial trial = new KernelTrial(kernel);
            if (!trial.right()) {
                LOG.error("kernel {} computes wrongly on this machine: not used", kernel.name());
                continue;
            }
            double nanos = trial.nanos(clock);
            LOG.debug("kernel {}: {} ns for {} bytes", kernel.name(), nanos, trial.bytes());
            if (nanos < bestNanos) {
                best = kernel;
                bestNanos = nanos;
            }
        }
        return best;
    }
}
