// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.node.authority.AuthorityKey;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.NodeSpec;

/**
 * Who does not belong to the mesh gets in nowhere: not at the TCP channel, not at the join door,
 * not with a push. An origin, a member, and a mesh of somebody else, as they are shipped.
 */
@Tag("beside")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrangersIT {
    private static final String FAILED = "peeredge_dts_channel_tcp_failed_handshakes_total";
    private static final String EXPELLED = "peeredge_dts_channel_tcp_expelled_peers_total";

    private Path folder;
    private TestNodes nodes;
    private NodeProcess origin;
    private NodeProcess edge;
    private JoinDoor door;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        nodes = new TestNodes(folder, Map.of());
        origin = nodes.origin();
        edge = nodes.edges(1).getFirst();
        door = new JoinDoor(origin);
    }

    @AfterAll
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
    }

    @Test
    void theChannelTakesNobodyWithoutAMembershipOfThisMeshAndTime() throws Exception {
        AuthorityKey authority = TlsParty.authorityOf(origin);
        Instant now = Instant.now();
        Map<String, TlsParty> strangers = new LinkedHashMap<>();
        strangers.put("no certificate", TlsParty.anonymous());
        strangers.put("its own signature", TlsParty.selfSigned());
        strangers.put(
                "ended an hour ago",
                TlsParty.signedBy(
                        authority, now.minus(Duration.ofDays(7)), now.minus(Duration.ofHours(1))));
        strangers.put(
                "begins in an hour",
                TlsParty.signedBy(
                        authority, now.plus(Duration.ofHours(1)), now.plus(Duration.ofDays(7))));
        strangers.put(
                "another node's certificate without its key",
                TlsParty.anonymous().with(TlsParty.of(edge).chain()));
        strangers.put(
                "a made-up authority",
                TlsParty.signedBy(
                        AuthorityKey.create(folder.resolve("made-up.pem"), now),
                        now,
                        now.plus(Duration.ofDays(7))));

        for (NodeProcess node : List.of(origin, edge)) {
            double before = TestNodes.metric(node, FAILED);
            for (Map.Entry<String, TlsParty> stranger : strangers.entrySet()) {
                assertFalse(
                        RawChannel.letsIn(stranger.getValue(), node),
                        node.spec().name() + " let in: " + stranger.getKey());
            }
            TestNodes.await(
                    "each is counted",
                    () -> TestNodes.metric(node, FAILED) >= before + strangers.size());
            // The same way in is open to who has joined.
            assertTrue(RawChannel.letsIn(door.member(nodes.token("")), node));
        }
    }

    @Test
    void aNodeOfAnotherMeshIsNotLetIn() throws Exception {
        long before = TestNodes.connected(origin);
        double failedBefore = TestNodes.metric(origin, FAILED);
        Map<String, Map<String, String>> config = config();
        set(config, "org.peeredge.kernel.node", "mesh.create", "true");
        set(
                config,
                "org.peeredge.dts.engine",
                "bootstrap",
                "tcp://127.0.0.1:" + origin.spec().ports().channel());
        try (NodeProcess foreign = NodeProcess.start(spec("foreign", config))) {
            TestNodes.awaitReady(foreign);
            TestNodes.await(
                    "the foreign node was refused",
                    () ->
                            TestNodes.metric(foreign, "peeredge_dts_engine_failed_dials_total") >= 1
                                    && TestNodes.metric(origin, FAILED) > failedBefore);
            assertEquals(0, TestNodes.connected(foreign));
            assertEquals(before, TestNodes.connected(origin));

            TlsParty member = TlsParty.of(foreign);
            assertFalse(RawChannel.letsIn(member, origin), "a real member of another mesh");
            assertEquals(403, door.renew(member).status());
            assertEquals(403, door.revocations(member));
            assertFalse(RawChannel.letsIn(TlsParty.of(edge), foreign), "and the other way round");
        }
    }

    @Test
    void theDoorGivesNothingForATokenThatIsUnknownUsedRevokedOrOver() throws Exception {
        String used = nodes.token("--uses 1");
        door.member(used);
        assertRefused(door.join(TlsParty.selfSigned(), used), "used up");

        String revoked = nodes.token("--uses 5");
        nodes.command("mesh:token-revoke " + JoinToken.parse(revoked).id());
        assertRefused(door.join(TlsParty.selfSigned(), revoked), "ended");

        String over = nodes.token("--uses 10000 --life 1s");
        TestNodes.await(
                "a token of one second is over",
                () -> door.join(TlsParty.selfSigned(), over).error().contains("ended"));
        assertRefused(door.join(TlsParty.selfSigned(), over), "ended");

        String good = nodes.token("--uses 1");
        String id = JoinToken.parse(good).id();
        assertRefused(door.join(TlsParty.selfSigned(), id, "00".repeat(16), "127.0.0.1"), "know");
        assertRefused(
                door.join(TlsParty.selfSigned(), "00".repeat(8), "00".repeat(16), "127.0.0.1"),
                "know");
        assertThrows(IOException.class, () -> door.join(TlsParty.anonymous(), good));
        assertEquals(200, door.join(TlsParty.selfSigned(), good).status());
    }

    @Test
    void whoGuessesTokensIsMadeToWaitAndNobodyElse() throws Exception {
        String good = nodes.token("--uses 2");
        String guesser = "127.0.0.9";
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    403,
                    door.join(TlsParty.selfSigned(), "%016x".formatted(i), "00".repeat(16), guesser)
                            .status());
        }
        assertEquals(429, door.join(TlsParty.selfSigned(), good, guesser).status());
        assertEquals(200, door.join(TlsParty.selfSigned(), good, "127.0.0.10").status());
    }

    @Test
    void theDoorRenewsNoCertificateThatHasEnded() throws Exception {
        AuthorityKey authority = TlsParty.authorityOf(origin);
        Instant now = Instant.now();
        TlsParty ended =
                TlsParty.signedBy(
                        authority, now.minus(Duration.ofDays(7)), now.minus(Duration.ofMinutes(1)));
        assertRefused(door.renew(ended), "ended");
        assertEquals(403, door.revocations(ended));
        assertEquals(403, door.renew(TlsParty.selfSigned()).status());
        assertEquals(200, door.renew(door.member(nodes.token(""))).status());
    }

    @Test
    void aRevokedMemberIsCutOffEverywhereAndStaysOut() throws Exception {
        TlsParty member = door.member(nodes.token(""));
        try (RawChannel atOrigin = RawChannel.open(member, origin);
                RawChannel atEdge = RawChannel.open(member, edge)) {
            assertTrue(atOrigin.greeted());
            assertTrue(atEdge.greeted());
            atOrigin.frame(RawChannel.HELLO);
            atEdge.frame(RawChannel.HELLO);
            TestNodes.await(
                    "the new member is connected to both",
                    () -> TestNodes.connected(origin) >= 2 && TestNodes.connected(edge) >= 2);
            double before = TestNodes.metric(edge, EXPELLED);

            nodes.command("mesh:revoke " + member.key().id().hex());
            atOrigin.awaitClosed();
            atEdge.awaitClosed();
            assertTrue(TestNodes.metric(edge, EXPELLED) > before, "the edge counts it");
        }
        assertFalse(RawChannel.letsIn(member, origin));
        assertFalse(RawChannel.letsIn(member, edge), "who was told by gossip alone");
        assertRefused(door.renew(member), "revoked");
        assertEquals(403, door.revocations(member));
    }

    @Test
    void aNodeWithAUsedTokenStaysOutUntilItGetsAGoodOne() throws Exception {
        String used = nodes.token("--uses 1");
        door.member(used);
        Path token = Files.createDirectories(folder.resolve("late")).resolve("join.token");
        Files.writeString(token, used);
        Map<String, Map<String, String>> config = config();
        set(config, "org.peeredge.kernel.node", "join.token.file", token.toString());
        set(
                config,
                "org.peeredge.dts.engine",
                "bootstrap",
                "tcp://127.0.0.1:" + origin.spec().ports().channel());
        try (NodeProcess late = NodeProcess.start(spec("late", config))) {
            TestNodes.await(
                    "it says that the token is refused",
                    late,
                    () -> late.log().contains("is refused: the authority at"));
            assertFalse(TestNodes.answers(late), "its registry is shut");
            assertFalse(Files.exists(TestNodes.data(late).resolve("node/membership.pem")));
            assertThrows(IOException.class, () -> RawChannel.open(TlsParty.of(edge), late));

            Files.writeString(token, nodes.token("--uses 1"));
            TestNodes.awaitReady(late);
            TestNodes.await("it is connected", late, () -> TestNodes.connected(late) >= 1);
            assertFalse(Files.exists(token), "the token is deleted after its use");
        }
    }

    @Test
    void theRegistryTakesNoPushWithoutItsOwnToken() throws Exception {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("nothing", "");
        shown.put("a made-up token", basic("A".repeat(43)));
        shown.put("another node's token", basic(TestNodes.pushToken(edge)));
        shown.put("a join token", "Bearer " + nodes.token(""));
        String old = TestNodes.pushToken(origin);
        assertEquals(202, begin(origin, basic(old)));
        shown.forEach((what, header) -> assertEquals(401, begin(origin, header), what));
        for (String path :
                List.of("manifests/x", "blobs/uploads/0123456789abcdef0123456789abcdef")) {
            HttpRequest put =
                    request(origin, "/v2/lab/x/" + path, basic("wrong-token-wrong-token"))
                            .PUT(HttpRequest.BodyPublishers.ofString("{}"))
                            .build();
            assertEquals(401, send(put), path);
        }

        // A push token is revoked by replacing it: delete the file, restart the registry.
        Files.delete(TestNodes.data(origin).resolve("registry/push.token"));
        nodes.command("bundle:restart org.peeredge.dts.registry");
        TestNodes.awaitReady(origin);
        assertEquals(401, begin(origin, basic(old)), "the token that was replaced");
        assertEquals(202, begin(origin, basic(TestNodes.pushToken(origin))));
    }

    @Test
    void registryAndMetricsAreNotReachedFromOtherMachines() throws Exception {
        for (String address : outsideAddresses()) {
            for (int port :
                    List.of(edge.spec().ports().registry(), edge.spec().ports().metrics())) {
                HttpRequest ping =
                        HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + "/"))
                                .build();
                assertThrows(ConnectException.class, () -> send(ping), address + ":" + port);
            }
        }
    }

    private static List<String> outsideAddresses() throws IOException {
        return java.net.NetworkInterface.networkInterfaces()
                .flatMap(java.net.NetworkInterface::inetAddresses)
                .filter(a -> a instanceof java.net.Inet4Address && !a.isLoopbackAddress())
                .map(java.net.InetAddress::getHostAddress)
                .toList();
    }

    private static void assertRefused(JoinDoor.Reply reply, String word) {
        assertEquals(403, reply.status(), reply::toString);
        assertTrue(reply.error().contains(word), reply::toString);
    }

    private static int begin(NodeProcess node, String authorization) {
        try {
            return send(
                    request(node, "/v2/lab/x/blobs/uploads/", authorization)
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpRequest.Builder request(NodeProcess node, String path, String shown) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(TestNodes.uri(node, path));
        return shown.isEmpty() ? builder : builder.header("Authorization", shown);
    }

    private static int send(HttpRequest request) throws IOException, InterruptedException {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static String basic(String token) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(
                                ("peeredge:" + token)
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void set(
            Map<String, Map<String, String>> config, String pid, String key, String value) {
        config.computeIfAbsent(pid, p -> new HashMap<>()).put(key, value);
    }

    private Map<String, Map<String, String>> config() {
        Map<String, Map<String, String>> config = new HashMap<>();
        nodes.config().forEach((pid, values) -> config.put(pid, new HashMap<>(values)));
        return config;
    }

    private NodeSpec spec(String name, Map<String, Map<String, String>> config) throws IOException {
        return new NodeSpec(
                name,
                edge.spec().distribution(),
                folder.resolve(name),
                LocalMesh.freePorts(),
                config,
                List.of(),
                "");
    }
}
