// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * A bundle of this one class, for a node that has no shell: stops and starts the bundle that its
 * header names, then writes the time that it took to {@code restarted.txt} in the data folder.
 */
public final class BundleRestart implements BundleActivator {
    private static final String NAME = "org.peeredge.itests.restart";
    private static final String HEADER = "Restart-Bundle";
    private static final String DONE = "restarted.txt";

    /**
     * Restarts a bundle.
     *
     * @param home the node's folder; its deploy folder is watched
     * @param running asked while waiting for the node; fails where waiting makes no sense
     */
    static void of(String symbolicName, Path home, Runnable running) throws Exception {
        Path done = home.resolve("data").resolve(DONE);
        Files.deleteIfExists(done);
        Path jar = Files.createDirectories(home.resolve("deploy")).resolve("restart.jar");
        OneClassBundle.write(jar, NAME, BundleRestart.class, Map.of(HEADER, symbolicName));
        try {
            Condition.await(
                    symbolicName + " was restarted below " + home,
                    java.time.Duration.ofSeconds(30),
                    () -> {
                        running.run();
                        return Files.exists(done);
                    });
        } finally {
            Files.delete(jar);
        }
    }

    @Override
    public void start(BundleContext context) throws BundleException, IOException {
        String name = context.getBundle().getHeaders().get(HEADER);
        Bundle bundle =
                Arrays.stream(context.getBundles())
                        .filter(b -> name.equals(b.getSymbolicName()))
                        .findFirst()
                        .orElseThrow(() -> new BundleException("no bundle is named " + name));
        long start = System.nanoTime();
        bundle.stop(Bundle.STOP_TRANSIENT);
        bundle.start(Bundle.START_TRANSIENT);
        Path done = Path.of(context.getProperty("karaf.data"), DONE);
        Files.writeString(done, (System.nanoTime() - start) / 1_000_000 + " ms\n");
    }

    @Override
    public void stop(BundleContext context) {}
}
