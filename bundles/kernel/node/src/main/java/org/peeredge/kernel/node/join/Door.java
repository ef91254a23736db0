// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.join;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;
import org.peeredge.kernel.node.authority.FailureLimiter;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.authority.TokenBook;
import org.peeredge.kernel.node.json.Json;
import org.peeredge.kernel.node.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority's door (docs/protocol/join.md): join, renew, revocations. TLS has proved that the
 * caller holds the key of the certificate that it shows, and nothing else about it.
 */
public final class Door implements HttpHandler {
    static final String JOIN = "/v1/join";
    static final String RENEW = "/v1/renew";
    static final String REVOCATIONS = "/v1/revocations";

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final int MAX_BODY_BYTES = 4 * 1024;

    private final MeshAuthority authority;
    private final FailureLimiter limiter;
    private final MetricScope metrics;

    /** Counts into {@code metrics}, which the caller closes. */
    public Door(MeshAuthority authority, Clock clock, MetricScope metrics) {
        this.authority = authority;
        this.limiter = new FailureLimiter(clock);
        this.metrics = metrics;
    }

    @Override
    public void handle(HttpRequest request, HttpResponse response) throws IOException {
        String what =
                switch (request.method() + " " + request.path()) {
                    case "POST " + JOIN -> "join";
                    case "POST " + RENEW -> "renew";
                    case "GET " + REVOCATIONS -> "revocations";
                    default -> "other";
                };
        try {
            byte[] answer =
                    switch (what) {
                        case "join" -> join(request);
                        case "renew" -> answer(request);
                        case "revocations" -> list(request);
                        default -> throw new Refused(404, "the door knows no such request");
                    };
            response.header(
                    "Content-Type",
                    what.equals("revocations") ? "application/octet-stream" : "application/json");
            count(what, "ok");
            response.send(200, answer);
        } catch (Refused e) {
            count(what, e.status == 429 ? "limited" : "refused");
            refuse(request, response, e.status, e);
        } catch (NeverException e) {
            count(what, "refused");
            refuse(request, response, 403, e);
        } catch (RetryLaterException e) {
            count(what, "failed");
            LOG.error("The door cannot answer: {}", e.getMessage());
            refuse(request, response, 503, e);
        }
    }

    private byte[] join(HttpRequest request) throws IOException {
        if (!limiter.allows(request.remote())) {
            throw new Refused(429, "too many wrong tokens from this address: wait a minute");
        }
        X509Certificate shown = shown(request);
        String id;
        byte[] secret;
        try {
            JsonObject body = Json.read(body(request));
            id = body.text("token");
            secret = HexFormat.of().parseHex(body.text("secret"));
        } catch (IllegalArgumentException e) {
            throw new Refused(400, "the request makes no sense: " + e.getMessage());
        }
        if (id.length() != 2 * JoinToken.ID_BYTES || secret.length != JoinToken.SECRET_BYTES) {
            throw new Refused(400, "the request makes no sense: wrong token length");
        }
        try {
            return new Answer(
                            authority.join(shown.getPublicKey(), id, secret),
                            authority.revocationList())
                    .json();
        } catch (TokenBook.UnknownTokenException e) {
            limiter.failed(request.remote());
            throw e;
        }
    }

    private byte[] answer(HttpRequest request) {
        return new Answer(authority.renew(shown(request)), authority.revocationList()).json();
    }

    private byte[] list(HttpRequest request) {
        authority.member(shown(request));
        return authority.revocationList();
    }

    private static X509Certificate shown(HttpRequest request) {
        if (request.peerCertificates().isEmpty()) {
            throw new Refused(403, "show a certificate");
        }
        return request.peerCertificates().getFirst();
    }

    private static byte[] body(HttpRequest request) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(MAX_BODY_BYTES + 1);
        while (into.hasRemaining() && request.read(into) >= 0) {}
        if (!into.hasRemaining()) {
            throw new Refused(413, "the request is longer than " + MAX_BODY_BYTES + " bytes");
        }
        byte[] bytes = new byte[into.position()];
        into.flip().get(bytes);
        return bytes;
    }

    private static void refuse(
            HttpRequest request, HttpResponse response, int status, RuntimeException why)
            throws IOException {
        LOG.debug("The door refused {}: {}", request.remote(), why.getMessage());
        response.header("Content-Type", "application/json");
        response.send(status, Json.write(Map.of("error", String.valueOf(why.getMessage()))));
    }

    private void count(String what, String result) {
        metrics.counter(
                        "peeredge_kernel_node_door_requests_total",
                        "Requests at the authority's door.",
                        "request",
                        what,
                        "result",
                        result)
                .increment();
    }

    /** An answer with a status of its own. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }
    }

    static String errorText(byte[] body) {
        try {
            return Json.read(body).text("error");
        } catch (IllegalArgumentException _) {
            return new String(body, 0, Math.min(body.length, 200), UTF_8);
        }
    }
}
