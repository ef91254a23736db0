// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image in a registry, as people write it: {@code busybox}, {@code quay.io/a/b:1}, {@code
 * 127.0.0.1:5000/x@sha256:...}.
 *
 * @param registry host and perhaps port
 * @param repository the name there
 * @param tag a tag or a digest
 */
record Reference(String registry, String repository, String tag) {
    private static final String HUB = "docker.io";
    private static final String PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern FORM =
            Pattern.compile(
                    // A first part is a registry when it is a host name with a dot or a port.
                    "(?:(localhost|HOST(?:\\.HOST)+|HOST(?=:))(:[0-9]{1,5})?/)?"
                                    .replace("HOST", "[A-Za-z0-9-]+")
                            + ("(" + PART + "(?:/" + PART + ")*)")
                            + "(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127})|@(sha256:[0-9a-f]{64}))?");

    /** Reads one; empty when it cannot be one. */
    static Optional<Reference> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        String port = form.group(2) == null ? "" : form.group(2);
        String registry =
                form.group(1) == null ? HUB : form.group(1).toLowerCase(Locale.ROOT) + port;
        boolean official = registry.equals(HUB) && form.group(3).indexOf('/') < 0;
        String tag = form.group(4) == null ? "latest" : form.group(4);
        return Optional.of(
                new Reference(
                        registry,
                        (official ? "library/" : "") + form.group(3),
                        form.group(5) == null ? tag : form.group(5)));
    }

    /**
     * A node's configuration of the registry behind it. A registry on this machine is asked without
     * TLS, as clients do.
     */
    Map<String, String> upstream() {
        if (registry.equals(HUB)) {
            return Map.of();
        }
        boolean here = registry.matches("(localhost|127\\.[0-9.]+)(:[0-9]+)?");
        return Map.of(
                "upstreams",
                registry + "=" + (here ? "http" : "https") + "://" + registry,
                "default.upstream",
                registry);
    }

    /** The name that clients use at a node. */
    String at(String node) {
        return node + "/" + repository + (tag.startsWith("sha256:") ? "@" : ":") + tag;
    }

    @Override
    public String toString() {
        return at(registry);
    }
}
