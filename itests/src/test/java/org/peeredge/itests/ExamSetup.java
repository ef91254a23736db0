// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ops4j.pax.exam.Option;

/** How Pax Exam starts one of our assemblies: with its own JVM flags, and one profile. */
final class ExamSetup {
    private static final Path DISTRIBUTION =
            Path.of("..", "karaf-distribution").toAbsolutePath().normalize();

    private ExamSetup() {}

    /**
     * {@code profile} is the only feature of ours that boots; the exam's own bundles come from
     * Maven.
     */
    static Option[] options(String assembly, String profile) throws IOException {
        String version = System.getProperty("peeredge.version");
        Path archive =
                DISTRIBUTION.resolve(
                        assembly + "/target/peeredge-" + assembly + "-" + version + ".tar.gz");
        List<Option> options = new ArrayList<>();
        options.add(
                karafDistributionConfiguration()
                        .frameworkUrl(archive.toUri().toString())
                        .name("PeerEdge")
                        .karafVersion(System.getProperty("karaf.version"))
                        .unpackDirectory(Path.of("target", "exam").toFile())
                        .useDeployFolder(false)
                        .runEmbedded(false));
        options.add(keepRuntimeFolder());
        options.add(configureConsole().ignoreLocalConsole().ignoreRemoteShell());
        String maven = "etc/org.ops4j.pax.url.mvn.cfg";
        options.add(
                editConfigurationFilePut(
                        maven,
                        "org.ops4j.pax.url.mvn.localRepository",
                        System.getProperty("maven.repo.local")));
        options.add(
                editConfigurationFilePut(
                        maven,
                        "org.ops4j.pax.url.mvn.repositories",
                        "https://repo.maven.apache.org/maven2@id=central"));
        options.add(
                editConfigurationFilePut(
                        "etc/org.apache.karaf.features.cfg",
                        "featuresBoot",
                        "framework, " + profile));
        Path flags = DISTRIBUTION.resolve(assembly + "/src/main/resources/bin/jvm.options");
        Files.readAllLines(flags).stream()
                .filter(line -> line.startsWith("-"))
                .forEach(line -> options.add(vmOption(line)));
        Path sample =
                Path.of(
                        "..",
                        "bundles",
                        "kit",
                        "sample",
                        "target",
                        "org.peeredge.kit.sample-" + version + ".jar");
        options.add(vmOption("-Dpeeredge.sample=" + sample.toAbsolutePath().normalize()));
        return options.toArray(Option[]::new);
    }
}
