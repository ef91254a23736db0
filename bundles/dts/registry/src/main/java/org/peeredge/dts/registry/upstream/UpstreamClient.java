// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.upstream.Exchange.Ask;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.kernel.api.NeverException;

/**
 * What we ask of upstream registries. Methods block; {@code NeverException}: the upstream answered
 * that there is no such thing, or that we may not have it; {@code IOException}: it is away now.
 * Safe for use by many threads.
 */
public final class UpstreamClient implements Upstream {
    /** The largest manifest, in bytes (OCI distribution specification 1.1, "Pushing Manifests"). */
    public static final int MAX_MANIFEST_BYTES = 4 << 20;

    /** Every kind of manifest that we can read. */
    public static final List<String> MANIFEST_TYPES =
            List.of(
                    "application/vnd.oci.image.index.v1+json",
                    "application/vnd.oci.image.manifest.v1+json",
                    "application/vnd.docker.distribution.manifest.list.v2+json",
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/vnd.oci.artifact.manifest.v1+json");

    private static final Map<String, String> ACCEPT =
            Map.of("Accept", String.join(", ", MANIFEST_TYPES));
    private static final int MAX_TAGS_BYTES = 1 << 20;
    private static final int MAX_TAGS = 10_000;

    /**
     * A manifest's name as an upstream gives it.
     *
     * @param digest empty when the upstream does not say
     * @param mediaType as sent, or empty
     */
    public record Head(Optional<Digest> digest, String mediaType) {}

    /** A manifest as it came, not checked yet. */
    public record Fetched(byte[] bytes, String mediaType, boolean confined) {
        /** A record of bytes that are never written to. */
        public Fetched {}
    }

    private final Map<String, Site> sites;
    private final Exchange exchange;
    private final Recent<String, String> absent;

    UpstreamClient(Map<String, Site> sites, Exchange exchange, Recent<String, String> absent) {
        this.sites = Map.copyOf(sites);
        this.exchange = exchange;
        this.absent = absent;
    }

    @Override
    public boolean serves(UpstreamRef ref) {
        return sites.containsKey(ref.registry());
    }

    /** Asks which manifest a tag names. */
    public Head headManifest(UpstreamRef ref, String tag) throws IOException {
        try (Answer answer = send("HEAD", ref, "manifests/" + tag, ACCEPT, true)) {
            found(answer, ref, "manifests/" + tag);
            return new Head(
                    digest(answer.header("Docker-Content-Digest")),
                    mediaType(answer.header("Content-Type")));
        }
    }

    /**
     * Fetches a manifest.
     *
     * @param reference a tag or a digest
     */
    public Fetched getManifest(UpstreamRef ref, String reference) throws IOException {
        try (Answer answer = send("GET", ref, "manifests/" + reference, ACCEPT, true)) {
            found(answer, ref, "manifests/" + reference);
            plain(answer);
            byte[] bytes = answer.body().readNBytes(MAX_MANIFEST_BYTES + 1);
            if (bytes.length > MAX_MANIFEST_BYTES) {
                throw new NeverException(
                        "the manifest at "
                                + Repository.text(ref)
                                + " is larger than "
                                + MAX_MANIFEST_BYTES
                                + " bytes");
            }
            return new Fetched(bytes, mediaType(answer.header("Content-Type")), answer.confined());
        }
    }

    /**
     * Asks whether a blob is there; a redirect to where it lies counts. The size when it is said.
     */
    public OptionalLong headBlob(UpstreamRef ref, Digest digest) throws IOException {
        try (Answer answer = send("HEAD", ref, "blobs/" + digest, Map.of(), false)) {
            if (answer.redirect()) {
                return OptionalLong.empty();
            }
            found(answer, ref, "blobs/" + digest);
            return answer.response().headers().firstValueAsLong("Content-Length");
        }
    }

    /** Names of tags, at most 10,000 of them. */
    public List<String> tags(UpstreamRef ref) throws IOException {
        try (Answer answer = send("GET", ref, "tags/list", Map.of(), true)) {
            found(answer, ref, "tags/list");
            JsonNode json = Json.read(answer.body().readNBytes(MAX_TAGS_BYTES));
            List<String> tags = new ArrayList<>();
            for (JsonNode tag : json.path("tags")) {
                if (tag.isTextual() && Repository.isTag(tag.asText()) && tags.size() < MAX_TAGS) {
                    tags.add(tag.asText());
                }
            }
            return tags;
        }
    }

    @Override
    public Body open(UpstreamRef ref, Digest digest, long offset) throws IOException {
        return open(ref, digest, offset, -1, true);
    }

    @Override
    public Body openForMembers(UpstreamRef ref, Digest digest, long offset) throws IOException {
        return open(ref, digest, offset, -1, false);
    }

    @Override
    public Body openRange(UpstreamRef ref, Digest digest, long offset, long length)
            throws IOException {
        return open(ref, digest, offset, offset + length - 1, false);
    }

    /** Opens from {@code offset} to {@code last}, or to the end where that is negative. */
    private Body open(UpstreamRef ref, Digest digest, long offset, long last, boolean credentials)
            throws IOException {
        String range = "bytes=" + offset + "-" + (last < 0 ? "" : last);
        Map<String, String> headers = offset > 0 || last >= 0 ? Map.of("Range", range) : Map.of();
        String rest = "blobs/" + digest;
        // What is refused to others is not refused to this node.
        String key = credentials ? key(ref, rest) : key(ref, rest) + " for members";
        String path = ref.repository() + "/" + rest;
        Ask ask = new Ask("GET", path, ref.repository(), headers, true, credentials);
        Answer answer = send(ref, ask, key);
        try {
            found(answer, ref, rest, key);
            plain(answer);
            return BlobBody.of(answer, offset);
        } catch (IOException | RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    private Answer send(
            String method,
            UpstreamRef ref,
            String rest,
            Map<String, String> headers,
            boolean follow)
            throws IOException {
        String path = ref.repository() + "/" + rest;
        Ask ask = new Ask(method, path, ref.repository(), headers, follow, true);
        return send(ref, ask, key(ref, rest));
    }

    private Answer send(UpstreamRef ref, Ask ask, String key) throws IOException {
        Site site = sites.get(ref.registry());
        if (site == null) {
            throw new NeverException(
                    "no upstream is configured for '"
                            + ref.registry()
                            + "' (org.peeredge.dts.registry, upstreams)");
        }
        if (!Repository.isName(ref.repository())) {
            throw new NeverException("'" + ref.repository() + "' is no repository name");
        }
        Optional<String> known = absent.get(key);
        if (known.isPresent()) {
            throw new NeverException(known.get());
        }
        return exchange.send(site, ask);
    }

    private void found(Answer answer, UpstreamRef ref, String rest) throws IOException {
        found(answer, ref, rest, key(ref, rest));
    }

    private void found(Answer answer, UpstreamRef ref, String rest, String key) throws IOException {
        if (answer.ok()) {
            return;
        }
        int status = answer.status();
        answer.drain();
        String what = Repository.text(ref) + "/" + rest;
        if (status == 416 || answer.redirect()) {
            throw new IOException("upstream " + ref.registry() + " answered " + status);
        }
        String message =
                switch (status) {
                    case 404 -> "upstream has no " + what;
                    case 401, 403 ->
                            "upstream refuses us "
                                    + what
                                    + " (credentials: org.peeredge.dts.registry,"
                                    + " upstream.credentials.file)";
                    default -> "upstream answered " + status + " for " + what;
                };
        absent.put(key, message);
        throw new NeverException(message);
    }

    private static String key(UpstreamRef ref, String rest) {
        return Repository.text(ref) + "/" + rest;
    }

    private static void plain(Answer answer) throws IOException {
        String encoding = answer.header("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new IOException("the upstream sent " + encoding + " although we asked for none");
        }
    }

    private static Optional<Digest> digest(Optional<String> header) {
        try {
            return header.map(Digest::parse);
        } catch (IllegalArgumentException e) {
            // Not said in a way we know: the caller fetches the manifest and hashes it.
            return Optional.empty();
        }
    }

    private static String mediaType(Optional<String> header) {
        String text = header.orElse("");
        int semicolon = text.indexOf(';');
        return (semicolon < 0 ? text : text.substring(0, semicolon)).strip();
    }
}
