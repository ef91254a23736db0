// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.Repository;

/**
 * What a path means (OCI distribution specification 1.1, "Endpoints").
 *
 * @param kind which endpoint
 * @param repo the repository, for all but {@link Kind#PING}, {@link Kind#TOKEN} and {@link
 *     Kind#OTHER}
 * @param reference tag, digest or upload; empty where there is none
 */
record Route(Kind kind, Optional<UpstreamRef> repo, String reference) {
    /** Endpoints; their names are the values of a metric's label. */
    enum Kind {
        /** {@code /v2/}. */
        PING,
        /** {@value Route#TOKEN_PATH}. */
        TOKEN,
        /** {@code manifests/<reference>}. */
        MANIFEST,
        /** {@code blobs/<digest>}. */
        BLOB,
        /** {@code blobs/uploads/}. */
        UPLOADS,
        /** {@code blobs/uploads/<id>}. */
        UPLOAD,
        /** {@code tags/list}. */
        TAGS,
        /** {@code referrers/<digest>}. */
        REFERRERS,
        /** Nothing of ours. */
        OTHER
    }

    /** Where the token service is. */
    static final String TOKEN_PATH = "/token";

    private static final int MAX_PATH = 1024;
    private static final Pattern FORM =
            Pattern.compile(
                    "/v2/(.+)/(?:(manifests)/([^/]+)|(blobs)/([^/]+)|(blobs/uploads)/?"
                            + "|(blobs/uploads)/([^/]+)|(tags)/list|(referrers)/([^/]+))");

    /**
     * Reads a path.
     *
     * @param ns the {@code ns} parameter
     * @throws OciException 400 or 404 for names that cannot be
     */
    static Route of(String path, Optional<String> ns, String defaultUpstream) {
        if (path.equals("/v2/") || path.equals("/v2")) {
            return new Route(Kind.PING, Optional.empty(), "");
        }
        if (path.equals(TOKEN_PATH)) {
            return new Route(Kind.TOKEN, Optional.empty(), "");
        }
        Route other = new Route(Kind.OTHER, Optional.empty(), "");
        if (path.length() > MAX_PATH) {
            return other;
        }
        Matcher form = FORM.matcher(path);
        if (!form.matches()) {
            return other;
        }
        Optional<UpstreamRef> repo = Optional.of(repo(form.group(1), ns, defaultUpstream));
        if (form.group(2) != null) {
            return new Route(Kind.MANIFEST, repo, form.group(3));
        }
        if (form.group(4) != null) {
            // ".../blobs/uploads" without a slash is the upload endpoint, not a blob.
            return form.group(5).equals("uploads")
                    ? new Route(Kind.UPLOADS, repo, "")
                    : new Route(Kind.BLOB, repo, form.group(5));
        }
        if (form.group(6) != null) {
            return new Route(Kind.UPLOADS, repo, "");
        }
        if (form.group(7) != null) {
            return new Route(Kind.UPLOAD, repo, form.group(8));
        }
        return form.group(9) != null
                ? new Route(Kind.TAGS, repo, "")
                : new Route(Kind.REFERRERS, repo, form.group(11));
    }

    /** The reference as a digest; {@code OciException} 400 when it is none. */
    Digest digest() {
        try {
            return Digest.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new OciException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()), e);
        }
    }

    /** The repository of an endpoint that has one. */
    UpstreamRef repository() {
        return repo.orElseThrow(() -> new IllegalStateException(kind + " has no repository"));
    }

    private static UpstreamRef repo(String name, Optional<String> ns, String defaultUpstream) {
        if (!Repository.isName(name)) {
            throw new OciException(400, "NAME_INVALID", "not a repository name");
        }
        String registry =
                ns.isEmpty()
                        ? defaultUpstream
                        : Repository.registry(ns.get())
                                .orElseThrow(() ->
                                        new OciException(
                                                400,
                                                "NAME_INVALID",
                                                "ns is not a registry's name"));
        return new UpstreamRef(registry, name);
    }
}
