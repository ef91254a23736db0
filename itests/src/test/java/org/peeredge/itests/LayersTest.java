// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.header.OSGiHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peeredge.itests.Layers.Bundle;

/**
 * Reads the manifest of every bundle as it was built. Maven and bnd let an engine import a plugin;
 * this does not.
 */
class LayersTest {
    private static final Path BUNDLES = Path.of("..", "bundles").toAbsolutePath().normalize();

    @Test
    void everyBundleKeepsToItsLayer() throws IOException {
        Map<Path, Bundle> built = built();
        Layers layers = new Layers(built.values().stream().map(Bundle::name).toList());
        List<String> found =
                built.values().stream()
                        .flatMap(bundle -> layers.violations(bundle).stream())
                        .toList();
        assertEquals(List.of(), found);
    }

    @Test
    void everyBundleIsNamedAfterItsFolder() throws IOException {
        List<String> wrong = new ArrayList<>();
        built().forEach((folder, bundle) -> {
            String name = "org.peeredge." + BUNDLES.relativize(folder).toString().replace('/', '.');
            if (!bundle.name().equals(name)) {
                wrong.add(folder + " is called " + bundle.name() + ", not " + name);
            }
        });
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "org.peeredge.kernel.api,              org.peeredge.dts.api,               false",
        "org.peeredge.dts.api,                 org.peeredge.kernel.api.plugin,     true",
        "org.peeredge.dts.api,                 org.peeredge.routing.api,           false",
        "org.peeredge.dts.channel.tcp,         org.peeredge.dts.api.channel,       true",
        "org.peeredge.dts.channel.tcp,         org.peeredge.kernel.netty,          true",
        "org.peeredge.dts.channel.tcp,         org.peeredge.routing.api.strategy,  false",
        "org.peeredge.dts.channel.tcp,         org.peeredge.dts.engine.wire,       false",
        "org.peeredge.dts.channel.tcp,         org.peeredge.dts.channel.memory,    false",
        "org.peeredge.dts.codec.rs,            org.peeredge.dts.coding.rs,         true",
        "org.peeredge.dts.codec.rs,            org.peeredge.dts.codec.none,        false",
        "org.peeredge.dts.channel.tcp,         org.peeredge.dts.coding,            false",
        "org.peeredge.dts.engine,              org.peeredge.dts.coding,            false",
        "org.peeredge.dts.cache.lru,           org.peeredge.dts.api.cache,         true",
        "org.peeredge.dts.cache.lru,           org.peeredge.dts.engine,            false",
        "org.peeredge.dts.engine,              org.peeredge.routing.api,           true",
        "org.peeredge.dts.engine,              org.peeredge.dts.channel.tcp,       false",
        "org.peeredge.dts.engine,              org.peeredge.ops.shell,             false",
        "org.peeredge.dts.engine,              org.peeredge.kit.tck,               false",
        "org.peeredge.dts.engine,              io.netty.buffer,                    true",
        "org.peeredge.ops.shell,               org.peeredge.dts.engine,            false",
        "org.peeredge.kit.tck,                 org.peeredge.dts.engine,            true",
    })
    void theRules(String importer, String imported, boolean allowed) {
        Layers layers =
                new Layers(
                        List.of(
                                "org.peeredge.kernel.api",
                                "org.peeredge.kernel.netty",
                                "org.peeredge.dts.api",
                                "org.peeredge.dts.engine",
                                "org.peeredge.dts.coding",
                                "org.peeredge.dts.codec.none",
                                "org.peeredge.dts.codec.rs",
                                "org.peeredge.dts.cache.lru",
                                "org.peeredge.dts.channel.tcp",
                                "org.peeredge.dts.channel.memory",
                                "org.peeredge.routing.api"));
        Bundle bundle = new Bundle(importer, Set.of(imported), Set.of(), Set.of());
        assertEquals(allowed, layers.violations(bundle).isEmpty());
    }

    @Test
    void onlyApisExportAndNoBundleCarriesAnother() {
        Layers layers = new Layers(List.of("org.peeredge.dts.engine", "org.peeredge.dts.store"));
        Bundle exports =
                new Bundle(
                        "org.peeredge.dts.engine",
                        Set.of(),
                        Set.of("org.peeredge.dts.engine.wire"),
                        Set.of());
        Bundle carries =
                new Bundle(
                        "org.peeredge.dts.engine",
                        Set.of(),
                        Set.of(),
                        Set.of("org.peeredge.dts.store", "org.peeredge.dts.engine.wire"));
        assertEquals(1, layers.violations(exports).size());
        assertEquals(1, layers.violations(carries).size());
    }

    /** Every folder below bundles that has a pom and is no aggregator must have been built. */
    private static Map<Path, Bundle> built() throws IOException {
        Map<Path, Bundle> found = new TreeMap<>();
        for (String module : modules()) {
            Path folder = BUNDLES.resolve(module);
            Path classes = folder.resolve("target/classes");
            Path manifest = classes.resolve("META-INF/MANIFEST.MF");
            if (Files.exists(folder.resolve("src/main/java"))) {
                assertTrue(
                        Files.exists(manifest),
                        () -> manifest + " is missing: build the bundles first");
                found.put(folder, bundle(classes, manifest));
            }
        }
        assertTrue(!found.isEmpty(), "no bundle found below " + BUNDLES);
        return found;
    }

    private static List<String> modules() throws IOException {
        try (Stream<String> lines = Files.lines(BUNDLES.resolve("pom.xml"))) {
            return lines.map(String::strip)
                    .filter(line -> line.startsWith("<module>"))
                    .map(line -> line.replaceAll("</?module>", ""))
                    .toList();
        }
    }

    private static Bundle bundle(Path classes, Path file) throws IOException {
        Manifest manifest = new Manifest();
        try (var in = Files.newInputStream(file)) {
            manifest.read(in);
        }
        return new Bundle(
                header(manifest, "Bundle-SymbolicName").iterator().next(),
                header(manifest, "Import-Package"),
                header(manifest, "Export-Package"),
                packages(classes));
    }

    private static Set<String> header(Manifest manifest, String name) {
        return Optional.ofNullable(manifest.getMainAttributes().getValue(name))
                .map(value -> OSGiHeader.parseHeader(value).keySet())
                .orElse(Set.of());
    }

    private static Set<String> packages(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .map(file -> classes.relativize(file).toString())
                    .map(name ->
                            name.substring(0, Math.max(0, name.lastIndexOf('/'))).replace('/', '.'))
                    .collect(Collectors.toSet());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
