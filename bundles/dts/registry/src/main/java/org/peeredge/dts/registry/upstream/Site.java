// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.net.URI;
import java.util.Optional;
import org.peeredge.dts.registry.Repository;

/**
 * One upstream registry.
 *
 * @param name as clients know it, such as {@code docker.io}
 * @param base {@code http} or {@code https}, host, port; a path when the registry sits below one
 */
record Site(String name, URI base) {
    /** Reads {@code name=url}; throws {@code IllegalArgumentException} that says what is wrong. */
    static Site parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "must be name=url, such as docker.io=https://registry-1.docker.io");
        }
        Optional<String> name = Repository.registry(text.substring(0, equals).strip());
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text.substring(0, equals) + "' is no registry");
        }
        String url = text.substring(equals + 1).strip();
        URI base = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        boolean http = "http".equals(base.getScheme());
        if ((!http && !"https".equals(base.getScheme()))
                || base.getHost() == null
                || base.getUserInfo() != null
                || base.getQuery() != null
                || base.getFragment() != null) {
            throw new IllegalArgumentException(
                    "the url must be https://host[:port] or, for a registry without TLS,"
                            + " http://host[:port], with no user, query or fragment");
        }
        return new Site(name.get(), base);
    }

    /** The address of something below {@code /v2/}. */
    URI v2(String rest) {
        return URI.create(base + "/v2/" + rest);
    }
}
