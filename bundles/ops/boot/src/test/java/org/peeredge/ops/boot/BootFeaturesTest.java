// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootFeaturesTest {
    @TempDir private Path folder;

    private BootFeatures read(String text) throws IOException {
        return BootFeatures.read(Files.writeString(folder.resolve("features.cfg"), text));
    }

    @Test
    void readsListsOverSeveralLinesAndStages() throws IOException {
        BootFeatures wanted =
                read(
                        """
                        # comment
                        featuresRepositories = \\
                            mvn:a/b/1/xml/features, \\
                            file:/c.xml
                        featuresBoot = \\
                            (one/1.0, two), \\
                            three/3
                        other = four
                        """);
        assertEquals(
                List.of(URI.create("mvn:a/b/1/xml/features"), URI.create("file:/c.xml")),
                wanted.repositories());
        assertEquals(List.of("one/1.0", "two", "three/3"), wanted.features());
    }

    @Test
    void readsNothingFromNothing() throws IOException {
        assertEquals(new BootFeatures(List.of(), List.of()), read(""));
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThrows(IOException.class, () -> BootFeatures.read(folder.resolve("none.cfg")));
    }
}
