// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.kernel.api.NeverException;

/** What upstreams do to us, and what we ask of them. */
final class UpstreamTest {
    private static final UpstreamRef REPO = new UpstreamRef("up.example", "lab/x");
    private static final byte[] LAYER = new byte[300_000];

    static {
        new Random(3).nextBytes(LAYER);
    }

    @TempDir Path folder;
    private Origin origin;
    private Origin elsewhere;
    private TestNode node;
    private Upstream upstream;
    private Digest layer;

    @BeforeEach
    void start() throws Exception {
        origin = new Origin("lab/x");
        elsewhere = new Origin("lab/x");
        Path credentials = folder.resolve("credentials");
        Files.writeString(credentials, "# ours\nup.example=me:secret\n");
        node =
                new TestNode(
                        folder,
                        Map.of(
                                "upstreams", origin.as("up.example"),
                                "upstream_timeout_seconds", 2,
                                "upstream_stall_seconds", 1,
                                "absent_ttl_seconds", 0,
                                "upstream_credentials_file", credentials.toString()));
        upstream = node.upstreams.client();
        layer = origin.blob(LAYER);
    }

    @AfterEach
    void stop() {
        node.close();
        origin.close();
        elsewhere.close();
    }

    private byte[] read(long offset) throws IOException {
        try (Upstream.Body body = upstream.open(REPO, layer, offset)) {
            assertEquals(LAYER.length, body.sizeBytes());
            return body.stream().readAllBytes();
        }
    }

    @Test
    void readsFromTheStartAndFromTheMiddle() throws Exception {
        assertTrue(upstream.serves(REPO));
        assertFalse(upstream.serves(new UpstreamRef("other", "lab/x")));
        assertArrayEquals(LAYER, read(0));
        try (Upstream.Body body = upstream.open(REPO, layer, 1000)) {
            assertEquals(1000, body.offset());
            assertFalse(body.confined());
            assertArrayEquals(
                    Arrays.copyOfRange(LAYER, 1000, LAYER.length), body.stream().readAllBytes());
        }
        assertThrows(
                NeverException.class,
                () -> upstream.open(REPO, new Digest("sha256", "0".repeat(64)), 0));
    }

    @Test
    void aStallEndsTheRead() throws Exception {
        origin.fault =
                exchange -> {
                    exchange.sendResponseHeaders(200, LAYER.length);
                    exchange.getResponseBody().write(LAYER, 0, 1000);
                    exchange.getResponseBody().flush();
                    return origin.hang();
                };
        IOException e = assertThrows(IOException.class, () -> read(0));
        assertTrue(String.valueOf(e.getMessage()).contains("sent nothing for 1 s"), e.toString());
    }

    @Test
    void aCutEndsTheRead() throws Exception {
        origin.fault =
                exchange -> {
                    exchange.sendResponseHeaders(200, LAYER.length);
                    exchange.getResponseBody().write(LAYER, 0, 1000);
                    return true;
                };
        assertThrows(IOException.class, () -> read(0));
    }

    @Test
    void redirectsDoNotCarryCredentialsElsewhere() throws Exception {
        elsewhere.blob(LAYER);
        origin.fault = exchange -> basicOnly(exchange) || redirected(exchange);
        try (Upstream.Body body = upstream.open(REPO, layer, 0)) {
            assertTrue(body.confined());
            assertArrayEquals(LAYER, body.stream().readAllBytes());
        }
        assertEquals(1, origin.authorizations.size());
        assertEquals(0, elsewhere.authorizations.size());
        assertEquals(1, elsewhere.requests.size());
    }

    private static boolean basicOnly(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Authorization")) {
            return false;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"up\"");
        return Origin.status(exchange, 401);
    }

    private boolean redirected(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders()
                .set("Location", "http://127.0.0.1:" + elsewhere.port() + exchange.getRequestURI());
        return Origin.status(exchange, 307);
    }

    @Test
    void publicContentIsFetchedWithATokenButWithoutCredentials() throws Exception {
        origin.fault = exchange -> tokens(exchange, false);
        try (Upstream.Body body = upstream.open(REPO, layer, 0)) {
            assertFalse(body.confined());
        }
        assertArrayEquals(LAYER, read(0));
        // The token is kept.
        assertEquals(1, origin.asked(r -> r.startsWith("GET /token")));
        assertEquals(
                1,
                origin.asked(r ->
                        r.contains("service=reg")
                                && r.contains("scope=repository%3Alab%2Fx%3Apull")));
    }

    @Test
    void privateContentIsFetchedWithCredentialsAndStaysHere() throws Exception {
        Digest digest = origin.image("1", LAYER);
        origin.fault = exchange -> tokens(exchange, true);
        try (Upstream.Body body = upstream.open(REPO, layer, 0)) {
            assertTrue(body.confined());
        }
        assertEquals(200, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
        assertTrue(node.store.confined.contains(digest));
        assertThrows(NeverException.class, () -> upstream.openForMembers(REPO, layer, 0));
        try (Upstream.Body body = upstream.open(REPO, layer, 0)) {
            assertTrue(body.confined());
        }
        try (TestNode other = new TestNode(folder.resolve("b"), Map.of())) {
            TestNode.connect(node, other);
            assertEquals(
                    404,
                    other.get("/v2/lab/x/manifests/" + digest + "?ns=up.example").statusCode());
        }
    }

    /**
     * A registry that wants a token; for private content only one that was got with credentials.
     */
    private boolean tokens(HttpExchange exchange, boolean secret) throws IOException {
        Optional<String> shown =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
        if (exchange.getRequestURI().getPath().equals("/token")) {
            boolean known = shown.orElse("").equals("Basic bWU6c2VjcmV0");
            byte[] token =
                    ("{\"token\":\"" + (known ? "good" : "anonymous") + "\",\"expires_in\":300}")
                            .getBytes(UTF_8);
            exchange.sendResponseHeaders(200, token.length);
            exchange.getResponseBody().write(token);
            return true;
        }
        if (shown.orElse("").equals("Bearer good")
                || (!secret && shown.orElse("").equals("Bearer anonymous"))) {
            return false;
        }
        exchange.getResponseHeaders()
                .set(
                        "WWW-Authenticate",
                        "Bearer realm=\"http://127.0.0.1:"
                                + origin.port()
                                + "/token\",service=\"reg\",scope=\"repository:lab/x:pull\"");
        return Origin.status(exchange, 401);
    }

    @Test
    void badUpstreamsAreRefusedWithPidAndKey() {
        for (String bad :
                new String[] {"docker.io", "a=ftp://b", "a=http://u:p@b", "a b=http://c"}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new TestNode(folder, Map.of("upstreams", new String[] {bad})));
            assertTrue(
                    String.valueOf(e.getMessage())
                            .startsWith("configuration org.peeredge.dts.registry: upstreams"),
                    e.toString());
        }
    }
}
