// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;

/**
 * A bundle of this one class, for a node that has no shell: keeps {@code bundles.txt} in the data
 * folder, a line {@code STATE NAME} for each bundle.
 */
public final class BundleReport implements BundleActivator, BundleListener {
    private @Nullable BundleContext context;

    /** Writes the bundle to {@code jar}. */
    static void write(Path jar) throws IOException {
        OneClassBundle.write(jar, "org.peeredge.itests.report", BundleReport.class, Map.of());
    }

    @Override
    public void start(BundleContext bundleContext) {
        context = bundleContext;
        bundleContext.addBundleListener(this);
        report(bundleContext);
    }

    @Override
    public void stop(BundleContext bundleContext) {
        bundleContext.removeBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        BundleContext known = context;
        if (known != null) {
            report(known);
        }
    }

    private static synchronized void report(BundleContext context) {
        StringBuilder lines = new StringBuilder();
        for (Bundle bundle : context.getBundles()) {
            lines.append(state(bundle)).append(' ').append(bundle.getSymbolicName()).append('\n');
        }
        Path file = Path.of(context.getProperty("karaf.data"), "bundles.txt");
        try {
            Path next = Files.writeString(file.resolveSibling("bundles.next"), lines);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "ACTIVE";
            case Bundle.STARTING -> "STARTING";
            case Bundle.RESOLVED -> "RESOLVED";
            case Bundle.INSTALLED -> "INSTALLED";
            default -> "UNKNOWN";
        };
    }
}
