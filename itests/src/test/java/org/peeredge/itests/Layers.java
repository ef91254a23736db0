// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may import whom: the rules of the house, as data. A bundle's name tells its layer.
 *
 * <p>Bundles of {@code kit} are for builders and are not installed on nodes; they may import
 * anything.
 */
final class Layers {
    private static final String ROOT = "org.peeredge.";
    private static final String KERNEL_API = ROOT + "kernel.api";
    private static final String KERNEL_NETTY = ROOT + "kernel.netty";
    private static final String CODING = ROOT + "dts.coding";
    private static final Set<String> EXPORTERS =
            Set.of(KERNEL_NETTY, CODING, ROOT + "kit.tck", ROOT + "kit.simnet");
    private static final Set<String> FAMILIES =
            Set.of(
                    "dts.channel",
                    "dts.codec",
                    "dts.cache",
                    "hvm.hardware",
                    "hvm.container",
                    "routing.strategy");

    /**
     * What a bundle says of itself.
     *
     * @param name its symbolic name
     * @param imports imported packages, all of them
     * @param exports exported packages
     * @param packages packages that have a class in it
     */
    record Bundle(
            String name,
            Collection<String> imports,
            Collection<String> exports,
            Collection<String> packages) {}

    private final List<String> names;

    /** {@code names}: all bundles there are, so that an imported package is known by its owner. */
    Layers(Collection<String> names) {
        this.names = List.copyOf(names);
    }

    /** One sentence per broken rule. */
    List<String> violations(Bundle bundle) {
        List<String> found = new ArrayList<>();
        for (String imported : bundle.imports()) {
            owner(imported)
                    .filter(owner -> !owner.equals(bundle.name()))
                    .filter(owner -> !mayImport(bundle.name(), owner))
                    .ifPresent(owner ->
                            found.add(
                                    bundle.name()
                                            + " imports "
                                            + imported
                                            + " of "
                                            + owner
                                            + ", which its layer may not"));
        }
        if (!bundle.exports().isEmpty()
                && !isApi(bundle.name())
                && !EXPORTERS.contains(bundle.name())) {
            found.add(bundle.name() + " exports " + bundle.exports() + "; only APIs export");
        }
        for (String inside : bundle.packages()) {
            if (inside.startsWith(ROOT) && !isWithin(inside, bundle.name())) {
                found.add(
                        bundle.name() + " has package " + inside + ", which is not below its name");
            }
        }
        return found;
    }

    private static boolean mayImport(String importer, String owner) {
        if (importer.equals(ROOT + "kit.sample")) {
            return owner.equals(KERNEL_API) || owner.equals(ROOT + "routing.api"); // a strategy
        }
        if (importer.startsWith(ROOT + "kit.")) {
            return true;
        }
        if (owner.startsWith(ROOT + "ops.") || owner.startsWith(ROOT + "kit.")) {
            return false;
        }
        if (importer.equals(KERNEL_API)) {
            return false;
        }
        if (isApi(importer)) {
            return owner.equals(KERNEL_API);
        }
        Optional<String> family = family(importer);
        if (family.isPresent()) {
            String ownApi = ROOT + family.get().substring(0, family.get().indexOf('.')) + ".api";
            boolean shared = family.get().equals("dts.codec") && owner.equals(CODING);
            return shared
                    || owner.equals(KERNEL_API)
                    || owner.equals(KERNEL_NETTY)
                    || owner.equals(ownApi);
        }
        return isApi(owner) || owner.equals(KERNEL_NETTY);
    }

    private static boolean isApi(String bundle) {
        return bundle.endsWith(".api");
    }

    private static Optional<String> family(String bundle) {
        return FAMILIES.stream()
                .filter(family -> bundle.startsWith(ROOT + family + "."))
                .findFirst();
    }

    /**
     * The bundle with the longest name that the package is below; a package of ours that has none
     * is its own owner.
     */
    private Optional<String> owner(String imported) {
        if (!imported.startsWith(ROOT)) {
            return Optional.empty();
        }
        return Optional.of(
                names.stream()
                        .filter(name -> isWithin(imported, name))
                        .max((a, b) -> Integer.compare(a.length(), b.length()))
                        .orElse(imported));
    }

    private static boolean isWithin(String inside, String bundle) {
        return inside.equals(bundle) || inside.startsWith(bundle + ".");
    }
}
