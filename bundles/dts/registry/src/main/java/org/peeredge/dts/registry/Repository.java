// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.peeredge.dts.api.UpstreamRef;

/**
 * Checks the names that requests carry (OCI distribution specification 1.1, "Pulling manifests").
 */
public final class Repository {
    /** A repository name's form. */
    public static final String NAME =
            "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*";

    private static final Pattern REPOSITORY = Pattern.compile(NAME);
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final Pattern REGISTRY =
            Pattern.compile("[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?");
    private static final int MAX_NAME = 255;

    private Repository() {}

    /** Whether {@code name} can be a repository. Long names are refused before they are matched. */
    public static boolean isName(String name) {
        return name.length() <= MAX_NAME && REPOSITORY.matcher(name).matches();
    }

    /** Whether {@code tag} can be a tag. */
    public static boolean isTag(String tag) {
        return tag.length() <= 128 && TAG.matcher(tag).matches();
    }

    /**
     * A registry's name in the one form that we use: lower case, Docker Hub's other names as {@code
     * docker.io}. Empty when it cannot be a registry.
     */
    public static Optional<String> registry(String ns) {
        String name = ns.toLowerCase(Locale.ROOT);
        if (name.length() > MAX_NAME || !REGISTRY.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (name) {
                    case "registry-1.docker.io", "index.docker.io" -> "docker.io";
                    default -> name;
                });
    }

    /** The name for messages and keys: {@code registry/repository}. */
    public static String text(UpstreamRef ref) {
        return ref.registry() + "/" + ref.repository();
    }
}
