// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.boot;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the first start in a thread of its own, which ends when all boot features were there
 * once. No component: Declarative Services are a boot feature themselves.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class BootActivator implements BundleActivator {
    private static final Logger LOG = LoggerFactory.getLogger(BootActivator.class);

    /** Karaf says nothing when its boot ends with an error. */
    private static final Duration BOOT = Duration.ofMinutes(2);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread;

    @Override
    public void start(BundleContext context) {
        File done = context.getDataFile("booted");
        if (done != null && !done.exists()) {
            thread =
                    Thread.ofPlatform()
                            .name("peeredge-boot")
                            .daemon()
                            .start(() -> run(context, done.toPath()));
        }
    }

    @Override
    public void stop(BundleContext context) throws InterruptedException {
        stopped.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run(BundleContext context, Path done) {
        ServiceTracker<Object, Object> boot =
                new ServiceTracker<>(context, BootFinished.class.getName(), null);
        ServiceTracker<FeaturesService, FeaturesService> features =
                new ServiceTracker<>(context, FeaturesService.class, null);
        boot.open();
        features.open();
        try {
            boot.waitForService(BOOT.toMillis());
            Duration pause = Duration.ofSeconds(1);
            while (!complete(features)) {
                if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2);
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
            }
            Files.createFile(done);
        } catch (IOException e) {
            LOG.warn(
                    "the node is up, and cannot note it: the next start looks again: {}",
                    e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            features.close();
            boot.close();
        }
    }

    /** One try. */
    private static boolean complete(ServiceTracker<FeaturesService, FeaturesService> features)
            throws InterruptedException {
        try {
            FeaturesService service = features.waitForService(BOOT.toMillis());
            if (service == null) {
                throw new IllegalStateException("Karaf's features service is not there");
            }
            Path etc = Path.of(System.getProperty("karaf.etc", "etc"));
            BootFeatures wanted = BootFeatures.read(etc.resolve("org.apache.karaf.features.cfg"));
            Repair repair = new Repair(service, wanted);
            List<String> missing = repair.missing();
            if (!missing.isEmpty()) {
                repair.install(missing);
                LOG.warn("the start left out {}: installed now, the node is up", missing);
            }
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.error(
                    "the node is not up, trying again: {}. Its repositories are in"
                            + " etc/org.ops4j.pax.url.mvn.cfg, its features in"
                            + " etc/org.apache.karaf.features.cfg",
                    e.toString());
            return false;
        }
    }
}
