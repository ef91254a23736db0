// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.kernel.api.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of this JVM, and the fastest of them that computes rightly: found out once, when the
 * first codec asks. Safe for use by many threads.
 */
@Component(service = Gf256Kernels.class)
public final class Gf256Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Gf256Kernels.class);

    private final Clock clock;
    private @Nullable Gf256Kernel fastest;

    /** Tries nothing yet. */
    @Activate
    public Gf256Kernels(@Reference Clock clock) {
        this.clock = clock;
    }

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
     * The fastest, warm. The first call takes seconds of CPU time; others wait for it.
     *
     * @throws InterruptedException when the thread was interrupted: the next call tries again
     */
    public synchronized Gf256Kernel fastest() throws InterruptedException {
        Gf256Kernel here = fastest;
        if (here == null) {
            here = find();
            LOG.info("codecs compute by kernel {}", here.name());
            fastest = here;
        }
        return here;
    }

    private Gf256Kernel find() throws InterruptedException {
        Gf256Kernel best = plain();
        double bestNanos = Double.MAX_VALUE;
        for (Gf256Kernel kernel : all()) {
            KernelTrial trial = new KernelTrial(kernel);
            if (!trial.right()) {
                LOG.error("kernel {} computes wrongly on this machine: not used", kernel.name());
                continue;
            }
            // One that is compiled late is not slow: only after a while it counts as beaten.
            double nanos = trial.nanos(clock, bestNanos);
            LOG.debug("kernel {}: {} ns for {} bytes", kernel.name(), nanos, trial.bytes());
            if (nanos < bestNanos) {
                best = kernel;
                bestNanos = nanos;
            }
        }
        new KernelTrial(best).warmUp(clock);
        return best;
    }
}
