// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.BundleActivator;

/** Bundles of one class, for a node's deploy folder: how tests look into a node without shell. */
final class OneClassBundle {
    private OneClassBundle() {}

    /**
     * Writes a bundle, so that a folder's watcher sees all of it or nothing.
     *
     * @param activator its only class; may use {@code org.osgi.framework} and the JDK
     */
    static void write(
            Path jar,
            String name,
            Class<? extends BundleActivator> activator,
            Map<String, String> headers)
            throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Bundle-Activator", activator.getName());
        main.putValue("Import-Package", "org.osgi.framework");
        headers.forEach(main::putValue);
        String entry = activator.getName().replace('.', '/') + ".class";
        Path whole = jar.resolveSibling(jar.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(whole);
                JarOutputStream out = new JarOutputStream(file, manifest);
                var in = activator.getClassLoader().getResourceAsStream(entry)) {
            if (in == null) {
                throw new IllegalStateException(entry + " is not on the class path");
            }
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
            out.closeEntry();
        }
        Files.move(whole, jar, StandardCopyOption.ATOMIC_MOVE);
    }
}
