// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.peeredge.routing.api.Routing;

/** One profile, alone in an assembly. The methods run inside Karaf. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public abstract class ProfileExam {
    @Inject private BundleContext context;
    @Inject private FeaturesService features;
    @Inject private Routing routing;

    /** A service that is there when all features of the boot are: until then the methods wait. */
    @Inject private BootFinished bootFinished;

    private final String profile;

    ProfileExam(String profile) {
        this.profile = profile;
    }

    @Test
    public void startsAlone() throws Exception {
        assertNotNull(bootFinished);
        assertTrue(profile, features.isInstalled(features.getFeature(profile)));
        List<String> unusable =
                Arrays.stream(context.getBundles())
                        .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                        .filter(bundle -> !isResolvedFragment(bundle))
                        .map(bundle -> bundle.getSymbolicName() + " in state " + bundle.getState())
                        .toList();
        assertEquals(List.of(), unusable);
    }

    /**
     * A vendor's bundle from a file: listed, used and gone again, and no other bundle was touched.
     */
    @Test
    public void takesAStrategyFromAFile() throws Exception {
        String file = System.getProperty("peeredge.sample");
        List<String> before = others();
        String strategy = routing.strategy();
        Bundle sample = context.installBundle("file:" + file);
        try {
            sample.start();
            assertTrue(
                    routing.strategies().stream().anyMatch(info -> info.type().equals("sample")));
            assertEquals(strategy, routing.use("sample").toCompletableFuture().join().before());
            assertEquals("sample", routing.strategy());
            routing.use(strategy).toCompletableFuture().join();
        } finally {
            sample.uninstall();
        }
        assertEquals(strategy, routing.strategy());
        assertTrue(routing.strategies().stream().noneMatch(info -> info.type().equals("sample")));
        assertEquals(before, others());
    }

    private List<String> others() {
        return Arrays.stream(context.getBundles())
                .map(bundle -> bundle + " " + bundle.getState() + " " + bundle.getLastModified())
                .toList();
    }

    private static boolean isResolvedFragment(Bundle bundle) {
        return bundle.getState() == Bundle.RESOLVED
                && bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
    }
}
