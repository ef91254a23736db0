// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.manifest.Completeness;
import org.peeredge.dts.registry.manifest.Manifest;
import org.peeredge.dts.registry.manifest.Manifests;
import org.peeredge.dts.registry.push.Publisher;
import org.peeredge.dts.registry.tag.TagResolver;
import org.peeredge.dts.registry.tag.TagResolver.Resolution;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;

/**
 * Requests for manifests and tags. A digest has one form, whatever {@code Accept} says: clients
 * list what they can read, in one line or in many, and all of them can read what they ask for.
 */
public final class ManifestRequests {
    private static final int MAX_PAGE = 1000;

    private final TagResolver tags;
    private final Manifests manifests;
    private final Completeness completeness;
    private final Publisher publisher;
    private final Counter refused;
    private final Counter stale;

    /** Answers from these. */
    public ManifestRequests(
            TagResolver tags,
            Manifests manifests,
            Completeness completeness,
            Publisher publisher,
            MetricScope scope) {
        this.tags = tags;
        this.manifests = manifests;
        this.completeness = completeness;
        this.publisher = publisher;
        this.refused =
                scope.counter(
                        "peeredge_dts_registry_incomplete_manifests_total",
                        "Manifests not answered since a blob that they name could not be produced.");
        this.stale =
                scope.counter(
                        "peeredge_dts_registry_stale_tags_total",
                        "Tags answered from memory while their upstream was away.");
    }

    /** GET and HEAD of a manifest. */
    void get(UpstreamRef repo, String reference, boolean local, HttpResponse response)
            throws IOException {
        Resolution resolution = resolve(repo, reference);
        Manifest manifest = manifests.load(repo, resolution.digest());
        if (manifest.confined() && !local) {
            throw new OciException(
                    403,
                    "DENIED",
                    "this image was fetched with this node's credentials and is served to clients"
                            + " on this machine only");
        }
        try {
            completeness.check(repo, manifest);
        } catch (PeerEdgeException e) {
            refused.increment();
            throw e;
        }
        if (resolution.stale().isPresent()) {
            stale.increment();
            response.header("Age", Long.toString(resolution.stale().get().toSeconds()));
            response.header("Warning", "110 - \"Response is Stale\"");
        }
        response.header("Content-Type", manifest.info().mediaType());
        response.header("Docker-Content-Digest", manifest.digest().toString());
        response.header("ETag", "\"" + manifest.digest() + "\"");
        response.send(200, manifest.bytes());
    }

    /** PUT of a manifest. */
    void put(UpstreamRef repo, String reference, HttpRequest request, HttpResponse response)
            throws IOException {
        List<String> types = request.headers("Content-Type");
        String type = types.isEmpty() ? "" : types.getFirst();
        int semicolon = type.indexOf(';');
        String mediaType = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        Digest digest = publisher.publish(repo, reference, mediaType, body(request));
        response.header("Location", "/v2/" + repo.repository() + "/manifests/" + digest);
        response.header("Docker-Content-Digest", digest.toString());
        response.send(201, new byte[0]);
    }

    /** GET of the tags, in pages ({@code n}, {@code last}). */
    void tags(UpstreamRef repo, HttpRequest request, HttpResponse response) throws IOException {
        Optional<String> last = request.query("last");
        Optional<String> number = request.query("n");
        if (number.isPresent() && !number.get().matches("[0-9]{1,6}")) {
            throw new OciException(400, "UNSUPPORTED", "n must be a number");
        }
        int page = Math.min(number.map(Integer::parseInt).orElse(MAX_PAGE), MAX_PAGE);
        List<String> all =
                tags.names(repo).stream()
                        .filter(name -> last.isEmpty() || name.compareTo(last.get()) > 0)
                        .toList();
        List<String> shown = all.subList(0, Math.min(page, all.size()));
        ObjectNode body = Json.object().put("name", repo.repository());
        ArrayNode list = body.putArray("tags");
        shown.forEach(list::add);
        if (shown.size() < all.size() && !shown.isEmpty()) {
            response.header(
                    "Link",
                    "</v2/"
                            + repo.repository()
                            + "/tags/list?n="
                            + page
                            + "&last="
                            + shown.getLast()
                            + request.query("ns").map(ns -> "&ns=" + repo.registry()).orElse("")
                            + ">; rel=\"next\"");
        }
        response.header("Content-Type", "application/json");
        response.send(200, Json.write(body));
    }

    private Resolution resolve(UpstreamRef repo, String reference) {
        if (Repository.isTag(reference)) {
            return tags.resolve(repo, reference);
        }
        try {
            return new Resolution(Digest.parse(reference), Optional.empty());
        } catch (IllegalArgumentException e) {
            throw new OciException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()), e);
        }
    }

    private static byte[] body(HttpRequest request) throws IOException {
        int max = UpstreamClient.MAX_MANIFEST_BYTES;
        long said = request.contentLength().orElse(0);
        OciException tooLong =
                new OciException(413, "SIZE_INVALID", "a manifest has at most " + max + " bytes");
        if (said > max) {
            throw tooLong;
        }
        ByteBuffer bytes = ByteBuffer.allocate(said > 0 ? (int) said + 1 : max + 1);
        while (request.read(bytes) >= 0) {
            if (!bytes.hasRemaining()) {
                throw tooLong;
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
