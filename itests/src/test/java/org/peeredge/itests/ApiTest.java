// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.header.OSGiHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.jar.Manifest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The API of each bundle that exports is what its {@code api.txt} says. After a wanted change run
 * {@code ./mvnw -pl itests surefire:test -Dtest=ApiTest -Dpeeredge.api.write=true}, and move the
 * package's version with it: the review sees both.
 */
class ApiTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel/api",
                "kernel/netty",
                "dts/api",
                "dts/coding",
                "routing/api",
                "kit/tck",
                "kit/simnet"
            })
    void isAsWrittenDown(String bundle) throws IOException {
        Path folder = Path.of("..", "bundles", bundle);
        Path classes = folder.resolve("target/classes");
        Manifest manifest = new Manifest();
        try (var in = Files.newInputStream(classes.resolve("META-INF/MANIFEST.MF"))) {
            manifest.read(in);
        }
        TreeMap<String, String> packages = new TreeMap<>();
        OSGiHeader.parseHeader(manifest.getMainAttributes().getValue("Export-Package"))
                .forEach((name, attributes) ->
                        packages.put(name, String.valueOf(attributes.get("version"))));
        String actual = ApiPrinter.print(classes, packages);
        Path written = folder.resolve("api.txt");
        if (Boolean.getBoolean("peeredge.api.write")) {
            Files.writeString(written, actual);
        }
        assertTrue(
                Files.exists(written),
                () -> written + " is missing; see this class for how to write it");
        assertEquals(Files.readString(written), actual, () -> "the API differs from " + written);
    }
}
