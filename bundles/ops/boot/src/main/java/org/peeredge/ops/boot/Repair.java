// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.boot;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;

/** Compares what is installed with what a node is to come up with. */
final class Repair {
    private final FeaturesService service;
    private final BootFeatures wanted;

    Repair(FeaturesService service, BootFeatures wanted) {
        this.service = service;
        this.wanted = wanted;
    }

    /** Features that are not installed. */
    List<String> missing() throws Exception {
        List<String> missing = new ArrayList<>();
        for (String feature : wanted.features()) {
            if (!installed(feature)) {
                missing.add(feature);
            }
        }
        return missing;
    }

    private boolean installed(String feature) throws Exception {
        String[] parts = feature.split("/", 2);
        Feature[] known =
                parts.length == 1
                        ? service.getFeatures(parts[0])
                        : service.getFeatures(parts[0], parts[1]);
        return Arrays.stream(known).anyMatch(service::isInstalled);
    }

    /**
     * Installs what is {@link #missing}; what is there stays as it is.
     *
     * @throws Exception if a repository cannot be read or a feature not be installed
     */
    void install(List<String> missing) throws Exception {
        Set<URI> known =
                Arrays.stream(service.listRepositories())
                        .map(Repository::getURI)
                        .collect(Collectors.toSet());
        for (URI repository : wanted.repositories()) {
            if (!known.contains(repository)) {
                service.addRepository(repository);
            }
        }
        service.installFeatures(
                new HashSet<>(missing), EnumSet.noneOf(FeaturesService.Option.class));
    }
}
