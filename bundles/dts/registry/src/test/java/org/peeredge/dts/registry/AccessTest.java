// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.registry.util.Json;

/**
 * Ping and token service, as docker 20.10 and containers/image ask them ("Token Authentication
 * Specification" of the distribution project).
 */
final class AccessTest {
    private static final String PULL = "service=peeredge&scope=repository:library/x:pull";
    private static final String PUSH = "service=peeredge&scope=repository:lab/x:push,pull";

    /** What docker asks for at a login. */
    private static final String LOGIN =
            "account=peeredge&client_id=docker&offline_token=true&service=peeredge";

    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(folder, Map.of());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void thePingNamesTheTokenServiceByTheClientsNameForThisRegistry() throws Exception {
        HttpResponse<byte[]> ping = node.get("/v2/");
        assertEquals(401, ping.statusCode());
        assertEquals(
                "Bearer realm=\"http://127.0.0.1:" + node.port() + "/token\",service=\"peeredge\"",
                TestNode.header(ping, "WWW-Authenticate"));
        assertEquals(401, node.head("/v2/").statusCode());
        HttpResponse<byte[]> behindTls = node.get("/v2/", "X-Forwarded-Proto", "https");
        assertTrue(
                TestNode.header(behindTls, "WWW-Authenticate")
                        .startsWith("Bearer realm=\"https://127.0.0.1:"));
        assertTrue(answer("Host: [::1]:5000").contains("realm=\"http://[::1]:5000/token\""));
        for (String bad : new String[] {"a\"b", "a b", "a/b", "a@b", "x\",scope=\"y"}) {
            String said = answer("Host: " + bad);
            assertTrue(said.startsWith("HTTP/1.1 400 "), said);
            assertFalse(said.contains("realm"), said);
        }
    }

    private String answer(String host) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
                InputStream in = socket.getInputStream()) {
            String request = "GET /v2/ HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void everybodyGetsATokenAndThePingTakesIt() throws Exception {
        assertEquals("anonymous", token(200, PULL, ""));
        assertEquals("anonymous", token(200, LOGIN, ""));
        // Asking for more than one may have gets what one may have.
        assertEquals("anonymous", token(200, PUSH, ""));
        assertEquals(200, ping("Bearer anonymous"));
        HttpResponse<byte[]> upload = upload("Bearer anonymous");
        assertEquals(401, upload.statusCode());
        assertTrue(TestNode.text(upload).contains("push.token"), TestNode.text(upload));
    }

    @Test
    void thePushTokenGetsATokenThatPushes() throws Exception {
        String granted = token(200, LOGIN, basic(node.token));
        assertEquals(200, ping("Bearer " + granted));
        assertEquals(200, ping(basic(node.token)));
        granted = token(200, PUSH, basic(node.token));
        assertEquals(202, upload("Bearer " + granted).statusCode());
        // Those who show it at once need no token service.
        assertEquals(202, upload(basic(node.token)).statusCode());
    }

    @Test
    void aWrongPasswordIsToldAtLoginAndPush() throws Exception {
        token(401, LOGIN, basic("wrong"));
        token(401, PUSH, basic("wrong"));
        token(401, "", basic("wrong"));
        assertEquals(401, ping(basic("wrong")));
        assertEquals(401, ping("Bearer wrong"));
        assertEquals(401, ping("Basic Og=="));
        assertEquals(401, upload(basic("wrong")).statusCode());
    }

    @Test
    void dockerHubsCredentialsDoNotKeepAMirrorFromAnswering() throws Exception {
        assertEquals("anonymous", token(200, PULL, basic("of Docker Hub")));
        String two = "scope=repository:lab/push:pull+repository:push:pull";
        assertEquals("anonymous", token(200, two, basic("of Docker Hub")));
        token(401, "scope=repository:lab/x:pull+repository:lab/x:push", basic("wrong"));
        token(401, "scope=repository:lab/x:*", basic("wrong"));
        token(401, "scope=pull", basic("wrong"));
        String form = "client_id=docker&grant_type=refresh_token&refresh_token=of+Docker+Hub&";
        assertEquals("anonymous", post(200, form + PULL.replace(":", "%3A")));
    }

    @Test
    void tokensAreGivenByPostToo() throws Exception {
        String form = "grant_type=password&username=peeredge&password=";
        assertEquals(node.token, post(200, form + node.token + "&" + PUSH));
        post(401, form + "wrong&" + PUSH);
        assertEquals("anonymous", post(200, "grant_type=password&" + PULL));
        post(400, "password=%zz");
        post(413, "password=" + "x".repeat(40_000));
        assertEquals(405, node.send(node.request("/token").DELETE()).statusCode());
    }

    /** Else containerd 1.6, which shows credentials only when asked, hangs. */
    @Test
    void aManifestIsTakenBeforeItIsRefused() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
                InputStream in = socket.getInputStream()) {
            String head =
                    "PUT /v2/lab/x/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                            + "Connection: close\r\n\r\n{";
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.setSoTimeout(300);
            assertThrows(SocketTimeoutException.class, in::read);
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write('}');
            String said = new String(in.readAllBytes(), UTF_8);
            assertTrue(said.startsWith("HTTP/1.1 401 "), said);
        }
    }

    @Test
    void anonymousPullsNeedNoToken() throws Exception {
        node.pushImage("lab/x", "1", new byte[] {1, 2, 3});
        for (String shown : new String[] {"Bearer anonymous", "Bearer any", "Basic Og=="}) {
            assertEquals(
                    200,
                    node.get("/v2/lab/x/manifests/1", "Authorization", shown).statusCode(),
                    shown);
        }
        assertEquals(200, node.get("/v2/lab/x/manifests/1").statusCode());
    }

    private int ping(String authorization) throws Exception {
        return node.get("/v2/", "Authorization", authorization).statusCode();
    }

    private HttpResponse<byte[]> upload(String authorization) throws Exception {
        return node.send(
                node.request("/v2/lab/x/blobs/uploads/")
                        .header("Authorization", authorization)
                        .POST(BodyPublishers.noBody()));
    }

    private String token(int status, String query, String authorization) throws Exception {
        return token(
                status,
                authorization.isEmpty()
                        ? node.get("/token?" + query)
                        : node.get("/token?" + query, "Authorization", authorization));
    }

    private String post(int status, String form) throws Exception {
        return token(
                status,
                node.send(
                        node.request("/token")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(form))));
    }

    private static String token(int status, HttpResponse<byte[]> answer) throws Exception {
        assertEquals(status, answer.statusCode(), TestNode.text(answer));
        if (status != 200) {
            assertTrue(TestNode.text(answer).contains("\"errors\""), TestNode.text(answer));
            return "";
        }
        assertEquals("no-store", TestNode.header(answer, "Cache-Control"));
        assertTrue(Json.read(answer.body()).get("expires_in").asInt() >= 60);
        assertEquals(
                Json.read(answer.body()).get("token"),
                Json.read(answer.body()).get("access_token"));
        return Json.read(answer.body()).get("token").asText();
    }

    private static String basic(String password) {
        return "Basic "
                + Base64.getEncoder().encodeToString(("peeredge:" + password).getBytes(UTF_8));
    }
}
