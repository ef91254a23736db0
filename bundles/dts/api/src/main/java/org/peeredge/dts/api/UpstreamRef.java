// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

/**
 * Where content comes from when no member has it: a repository at an upstream registry.
 *
 * @param registry the registry's name as clients know it, such as {@code docker.io}
 * @param repository such as {@code library/busybox}
 */
public record UpstreamRef(String registry, String repository) {
    /** Limits the lengths: both come from outside. */
    public UpstreamRef {
        if (registry.isEmpty()
                || registry.length() > 255
                || repository.isEmpty()
                || repository.length() > 255) {
            throw new IllegalArgumentException(
                    "upstream '" + registry + "' / '" + repository + "'");
        }
    }
}
