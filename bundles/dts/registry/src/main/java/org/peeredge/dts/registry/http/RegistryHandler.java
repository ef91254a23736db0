// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.blob.Blobs;
import org.peeredge.dts.registry.push.PushToken;
import org.peeredge.dts.registry.push.UploadRequests;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each request to its endpoint, and turns what goes wrong into the specification's errors.
 * Never 429: podman waits 30 s then; clients go elsewhere at once on 404 and 503.
 */
public final class RegistryHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryHandler.class);

    private final String defaultUpstream;
    private final Access access;
    private final ManifestRequests manifests;
    private final Blobs blobs;
    private final UploadRequests uploads;
    private final RequestMetrics metrics;

    /** A handler; without a {@code token} nobody can push. */
    public RegistryHandler(
            RegistrySettings settings,
            Optional<PushToken> token,
            ManifestRequests manifests,
            Blobs blobs,
            UploadRequests uploads,
            MetricScope scope) {
        this.defaultUpstream = settings.defaultUpstream();
        this.access = new Access(settings, token);
        this.manifests = manifests;
        this.blobs = blobs;
        this.uploads = uploads;
        this.metrics = new RequestMetrics(scope);
    }

    @Override
    public void handle(HttpRequest request, HttpResponse plain) throws IOException {
        AtomicReference<Route.Kind> kind = new AtomicReference<>(Route.Kind.OTHER);
        NotedResponse response =
                new NotedResponse(
                        plain, status -> metrics.count(request.method(), kind.get(), status));
        try {
            response.header("Docker-Distribution-API-Version", "registry/2.0");
            Route route = Route.of(request.path(), request.query("ns"), defaultUpstream);
            kind.set(route.kind());
            answer(route, request, response);
        } catch (OciException e) {
            refuse(request, response, e);
        } catch (NeverException e) {
            refuse(request, response, new OciException(404, unknown(kind.get()), text(e), e));
        } catch (PeerEdgeException e) {
            refuse(request, response, new OciException(503, "UNAVAILABLE", text(e), e));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed; please report this", request.method(), request.path(), e);
            refuse(request, response, new OciException(500, "UNKNOWN", "internal error", e));
        } finally {
            // Nothing was sent: the client went away.
            response.tell(500);
        }
    }

    private void answer(Route route, HttpRequest request, HttpResponse response)
            throws IOException {
        switch (route.kind()) {
            case PING -> {
                only(request, "GET", "HEAD");
                access.ping(request, response);
            }
            case TOKEN -> {
                only(request, "GET", "POST");
                access.token(request, response);
            }
            case MANIFEST -> manifest(route, request, response);
            case BLOB -> blob(route, request, response);
            case UPLOADS -> {
                only(request, "POST");
                access.mayPush(request, response);
                uploads.begin(route.repository(), request, response);
            }
            case UPLOAD -> upload(route, request, response);
            case TAGS -> {
                only(request, "GET", "HEAD");
                manifests.tags(route.repository(), request, response);
            }
            case REFERRERS ->
                    throw new OciException(
                            404, "UNSUPPORTED", "referrers are found by the tag schema only");
            case OTHER -> throw new OciException(404, "UNSUPPORTED", "no such endpoint");
        }
    }

    private void manifest(Route route, HttpRequest request, HttpResponse response)
            throws IOException {
        switch (request.method()) {
            case "GET", "HEAD" ->
                    manifests.get(
                            route.repository(), route.reference(), Access.local(request), response);
            case "PUT" -> {
                access.mayPush(request, response);
                manifests.put(route.repository(), route.reference(), request, response);
            }
            default -> unsupported(request);
        }
    }

    private void blob(Route route, HttpRequest request, HttpResponse response) throws IOException {
        switch (request.method()) {
            case "HEAD" ->
                    blobs.head(
                            route.repository(),
                            route.digest(),
                            access.pusher(request),
                            Access.local(request),
                            response);
            case "GET" ->
                    blobs.get(
                            route.repository(),
                            route.digest(),
                            Access.local(request),
                            request,
                            response);
            default -> unsupported(request);
        }
    }

    private void upload(Route route, HttpRequest request, HttpResponse response)
            throws IOException {
        access.mayPush(request, response);
        String id = route.reference();
        switch (request.method()) {
            case "GET" -> uploads.status(route.repository(), id, response);
            case "PATCH" -> uploads.append(route.repository(), id, request, response);
            case "PUT" -> uploads.finish(route.repository(), id, request, response);
            case "DELETE" -> uploads.cancel(route.repository(), id, response);
            default -> unsupported(request);
        }
    }

    private static void only(HttpRequest request, String... methods) {
        if (!List.of(methods).contains(request.method())) {
            unsupported(request);
        }
    }

    private static void unsupported(HttpRequest request) {
        throw new OciException(
                405, "UNSUPPORTED", request.method() + " is not supported for this path");
    }

    private static String unknown(Route.Kind kind) {
        return switch (kind) {
            case MANIFEST -> "MANIFEST_UNKNOWN";
            case BLOB -> "BLOB_UNKNOWN";
            case UPLOAD, UPLOADS -> "BLOB_UPLOAD_UNKNOWN";
            case TAGS -> "NAME_UNKNOWN";
            case PING, TOKEN, REFERRERS, OTHER -> "UNSUPPORTED";
        };
    }

    private static void refuse(HttpRequest request, HttpResponse response, OciException e)
            throws IOException {
        LOG.debug("{} {}: {} {}", request.method(), request.path(), e.status(), e.getMessage(), e);
        if (response.begun()) {
            // Too late for another status: an exception cuts the connection.
            throw new IOException("the answer to " + request.path() + " broke off", e);
        }
        ObjectNode body = Json.object();
        body.putArray("errors").addObject().put("code", e.code()).put("message", text(e));
        response.header("Content-Type", "application/json");
        response.send(e.status(), Json.write(body));
    }

    private static String text(Exception e) {
        return String.valueOf(e.getMessage());
    }
}
