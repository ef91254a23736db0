// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.push.PushToken;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;

/**
 * Who may do what: anybody pulls, who knows the push token pushes. Requests are judged by what they
 * show, so clients that never ping need nothing; the ping and the token service are for docker and
 * others that send credentials only where a ping was refused ({@code
 * docs/decisions/0006-push-and-open-pulls.md}).
 */
final class Access {
    private static final String BASIC = "Basic realm=\"PeerEdge\"";

    /** The bearer token of those who show nothing; no request needs it. */
    private static final String ANYBODY = "anonymous";

    /** Both tokens are good for as long as the push token is; clients want a number. */
    private static final int LIFE_SECONDS = 3600;

    private static final int DRAIN_BYTES = 16 * 1024;
    private static final int MAX_FORM_BYTES = 32 * 1024;
    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9_.-]{1,255}|\\[[0-9A-Fa-f:.]{2,64}])(?::[0-9]{1,5})?");

    /** What a request for a token shows. */
    private enum Shown {
        NOTHING,
        PUSH_TOKEN,
        SOMETHING_ELSE
    }

    private final RegistrySettings settings;
    private final Optional<PushToken> token;

    /** Without a {@code token} nobody can push. */
    Access(RegistrySettings settings, Optional<PushToken> token) {
        this.settings = settings;
        this.token = token;
    }

    /** Whether the client is on this machine. */
    static boolean local(HttpRequest request) {
        return request.remote() instanceof InetSocketAddress from
                && from.getAddress() != null
                && from.getAddress().isLoopbackAddress();
    }

    /** Whether the request shows the push token. */
    boolean pusher(HttpRequest request) {
        return token.isPresent() && token.get().shownBy(request.headers("Authorization"));
    }

    /** Refuses a write, unless the request shows the push token where pushes are taken. */
    void mayPush(HttpRequest request, HttpResponse response) throws IOException {
        if (token.isEmpty()) {
            throw new OciException(
                    405,
                    "UNSUPPORTED",
                    "this node takes no pushes (org.peeredge.dts.registry, push.enabled)");
        }
        if (!pushable(request)) {
            throw new OciException(
                    403,
                    "DENIED",
                    "pushes are taken from this machine only (org.peeredge.dts.registry,"
                            + " push.remote)");
        }
        if (!pusher(request)) {
            takeManifest(request);
            response.header("WWW-Authenticate", BASIC);
            throw new OciException(
                    401,
                    "UNAUTHORIZED",
                    "show the push token as password, user peeredge; it is in "
                            + settings.pushTokenFile());
        }
    }

    /**
     * The ping. Where pushes are taken it wants a token, which everybody gets: a client that pings
     * sees here, and nowhere else, how to log in. Where none are taken nobody is asked to show
     * credentials, which might be those of another registry.
     */
    void ping(HttpRequest request, HttpResponse response) throws IOException {
        List<String> shown = request.headers("Authorization");
        if (pushable(request) && !shown.equals(List.of("Bearer " + ANYBODY)) && !pusher(request)) {
            String realm = realm(request);
            response.header(
                    "WWW-Authenticate", "Bearer realm=\"" + realm + "\",service=\"peeredge\"");
            throw new OciException(
                    401,
                    "UNAUTHORIZED",
                    shown.isEmpty() ? "everybody gets a token at " + realm : wrongToken());
        }
        response.header("Content-Type", "application/json");
        response.send(200, Json.write(Json.object()));
    }

    /**
     * The token service ("Token Authentication Specification" of the distribution project; by POST
     * as OAuth 2). Credentials that are not ours are refused where they are meant for us, at a
     * login or a push. docker shows a mirror those that it has for Docker Hub: a pull goes on
     * without them, and they are neither kept nor logged.
     */
    void token(HttpRequest request, HttpResponse response) throws IOException {
        boolean post = request.method().equals("POST");
        Map<String, String> form = post ? form(request) : Map.of();
        String scope = post ? form.getOrDefault("scope", "") : request.query("scope").orElse("");
        Shown shown = post ? shownIn(form) : shownIn(request);
        if (shown == Shown.SOMETHING_ELSE && !pullOnly(scope)) {
            throw new OciException(401, "UNAUTHORIZED", wrongToken());
        }
        // The push token itself: no keys to keep, and it ends when the push token does.
        String granted =
                shown == Shown.PUSH_TOKEN && token.isPresent() ? token.get().secret() : ANYBODY;
        ObjectNode body =
                Json.object()
                        .put("token", granted)
                        .put("access_token", granted)
                        .put("expires_in", LIFE_SECONDS);
        response.header("Cache-Control", "no-store");
        response.header("Content-Type", "application/json");
        response.send(200, Json.write(body));
    }

    /**
     * Reads what is short enough to be a manifest to its end. containerd 1.6 shows its credentials
     * only when it is asked, and hangs when it is asked before it has sent its manifest.
     */
    private static void takeManifest(HttpRequest request) throws IOException {
        if (request.contentLength().orElse(Long.MAX_VALUE) > UpstreamClient.MAX_MANIFEST_BYTES) {
            return;
        }
        ByteBuffer ignored = ByteBuffer.allocate(DRAIN_BYTES);
        while (request.read(ignored.clear()) >= 0) {}
    }

    private boolean pushable(HttpRequest request) {
        return token.isPresent() && (settings.remotePush() || local(request));
    }

    private Shown shownIn(HttpRequest request) {
        if (request.headers("Authorization").isEmpty()) {
            return Shown.NOTHING;
        }
        return pusher(request) ? Shown.PUSH_TOKEN : Shown.SOMETHING_ELSE;
    }

    private Shown shownIn(Map<String, String> form) {
        String secret = form.getOrDefault("password", form.getOrDefault("refresh_token", ""));
        if (secret.isEmpty()) {
            return Shown.NOTHING;
        }
        boolean ours = token.isPresent() && token.get().is(secret);
        return ours ? Shown.PUSH_TOKEN : Shown.SOMETHING_ELSE;
    }

    /**
     * Whether a scope, {@code repository:<name>:<actions>} one or more times, asks to pull and for
     * nothing else. A login asks for no scope.
     */
    private static boolean pullOnly(String scope) {
        return !scope.isBlank()
                && Arrays.stream(scope.strip().split(" +", -1))
                        .allMatch(one -> one.endsWith(":pull"));
    }

    private String wrongToken() {
        return "wrong push token; it is in " + settings.pushTokenFile();
    }

    /** Where the token service is, by the name that the client has for this registry. */
    private static String realm(HttpRequest request) {
        List<String> hosts = request.headers("Host");
        if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
            throw new OciException(400, "UNSUPPORTED", "no host and port in the Host line");
        }
        // Set by a proxy that adds TLS.
        boolean secure = request.headers("X-Forwarded-Proto").equals(List.of("https"));
        return (secure ? "https" : "http") + "://" + hosts.getFirst() + Route.TOKEN_PATH;
    }

    private static Map<String, String> form(HttpRequest request) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_FORM_BYTES);
        while (request.read(bytes) >= 0) {
            if (!bytes.hasRemaining()) {
                throw new OciException(413, "SIZE_INVALID", "too long a request for a token");
            }
        }
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        Map<String, String> form = new HashMap<>();
        try {
            for (String pair : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    form.putIfAbsent(
                            decoded(pair.substring(0, equals)),
                            decoded(pair.substring(equals + 1)));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new OciException(400, "UNSUPPORTED", "not a form", e);
        }
        return form;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
