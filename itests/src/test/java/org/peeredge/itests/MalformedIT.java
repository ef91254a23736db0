// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * Bytes that make no sense, from strangers and from members: the connection is closed, a counter
 * goes up, memory stays within bounds, and the node goes on serving.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedIT {
    private static final String HANDSHAKES = "peeredge_dts_channel_tcp_failed_handshakes_total";
    private static final String CHANNEL = "peeredge_dts_channel_tcp_malformed_frames_total";
    private static final String ENGINE = "peeredge_dts_engine_malformed_frames_total";
    private static final String HTTP = "peeredge_kernel_netty_http_malformed_requests_total";
    private static final long SEED = 20_261_122;
    private static final int MAX_FRAME_BYTES = 1_052_672;
    private static final long MAX_RESIDENT_BYTES = 384L << 20;

    private final Random random = new Random(SEED);
    private TestNodes nodes;
    private NodeProcess origin;
    private NodeProcess edge;
    private JoinDoor door;
    private String token;
    private int images;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        // Shorter than by default: some openings are waited out.
        nodes =
                new TestNodes(
                        folder,
                        Map.of(
                                "org.peeredge.dts.channel.tcp",
                                Map.of("handshake.timeout.millis", "4000")));
        origin = nodes.origin();
        edge = nodes.edges(1).getFirst();
        door = new JoinDoor(origin);
        token = nodes.token("--uses 1000");
    }

    @AfterAll
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
    }

    @AfterEach
    void bothStillServe() throws Exception {
        for (NodeProcess node : List.of(origin, edge)) {
            assertTrue(node.alive(), node.spec().name());
            assertEquals(List.of(), TestNodes.logged(node, "ERROR"), node.spec().name());
        }
        TestNodes.await("the two are connected", () -> TestNodes.connected(edge) >= 1);
        String name = "lab/after" + images++;
        TestNodes.push(origin, name, "1", nodes.image(SEED + images, 2_000_000));
        TestNodes.pull(edge, name, "1");
        long resident = TestNodes.residentBytes(edge);
        assertTrue(resident < MAX_RESIDENT_BYTES, () -> resident + " bytes resident");
    }

    @Test
    void theChannelClosesOnBytesThatAreNoTls() throws Exception {
        Map<String, byte[]> openings = new LinkedHashMap<>();
        openings.put("a web client", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
        openings.put("our greeting without TLS", RawChannel.GREETING);
        openings.put("random", bytes(64 * 1024));
        openings.put("a record of no known type", new byte[512]);
        openings.put(
                "a record with a false length", HexFormat.of().parseHex("160303ffff0100000000"));
        openings.put("a hello cut short", HexFormat.of().parseHex("16030100200100001c0303"));
        double before = TestNodes.metric(edge, HANDSHAKES);
        List<RawChannel> open = new ArrayList<>();
        try {
            for (byte[] opening : openings.values()) {
                RawChannel channel = plain(edge.spec().ports().channel());
                open.add(channel);
                sendAll(channel, opening);
            }
            for (RawChannel channel : open) {
                channel.awaitClosed(); // at the latest when the time to authenticate is over
            }
        } finally {
            close(open);
        }
        TestNodes.await(
                "each is counted",
                () -> TestNodes.metric(edge, HANDSHAKES) >= before + openings.size());
    }

    @Test
    void theChannelClosesOnAnotherVersionAndOnFramesOfAForbiddenLength() throws Exception {
        Map<String, byte[]> openings = new LinkedHashMap<>();
        openings.put("version 2", new byte[] {'P', 'E', 'C', 2});
        openings.put("another protocol", "GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
        openings.put("length 0", greeted(0, 0));
        openings.put("one byte too long", greeted(MAX_FRAME_BYTES + 1, 100));
        openings.put("4 GiB", greeted(-1, 100));
        double before = TestNodes.metric(edge, CHANNEL);
        for (Map.Entry<String, byte[]> opening : openings.entrySet()) {
            TlsParty member = door.member(token);
            try (RawChannel channel = new RawChannel(tls(member))) {
                sendAll(channel, opening.getValue());
                channel.awaitClosed();
            }
        }
        TestNodes.await(
                "each is counted",
                () -> TestNodes.metric(edge, CHANNEL) >= before + openings.size());
    }

    @Test
    void theEngineClosesOnFramesThatBreakItsProtocol() throws Exception {
        Map<String, List<byte[]>> visits = new LinkedHashMap<>();
        visits.put("one byte", List.of(new byte[] {1}));
        visits.put("three bytes", List.of(new byte[] {1, 1, 0}));
        visits.put("version 2", List.of(hex("02010000" + "a400010100028003" + "00")));
        visits.put("no map", List.of(hex("01010000" + "80")));
        visits.put("a hello cut short", List.of(hex("01010000" + "a4000101")));
        visits.put("bytes after the map", List.of(hex("01010000" + "a40001010002800300" + "00")));
        visits.put("a key twice", List.of(hex("01010000" + "a40001000101000280")));
        visits.put("a field missing", List.of(hex("01010000" + "a1" + "0001")));
        visits.put(
                "a false array length", List.of(hex("01010000" + "a4000101000" + "29affffffff")));
        visits.put("a message before hello", List.of(hex("010e0000" + "a10000")));
        visits.put("two hellos", List.of(RawChannel.HELLO, RawChannel.HELLO));
        for (int type : new int[] {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 32}) {
            byte[] frame = bytes(4 + random.nextInt(2_000));
            frame[0] = 1;
            frame[1] = (byte) type;
            frame[4] = (byte) 0xff; // neither a map nor an algorithm
            visits.put("random, type " + type, List.of(RawChannel.HELLO, frame));
        }
        for (int i = 0; i < 10; i++) {
            byte[] frame = bytes(1 + random.nextInt(200_000));
            frame[0] = (byte) (2 + random.nextInt(200));
            visits.put("random " + i, List.of(frame));
        }
        for (Map.Entry<String, List<byte[]>> visit : visits.entrySet()) {
            double before = TestNodes.metric(edge, ENGINE);
            try (RawChannel channel = RawChannel.open(door.member(token), edge)) {
                assertTrue(channel.greeted(), visit.getKey());
                for (byte[] frame : visit.getValue()) {
                    channel.frame(frame);
                }
                channel.awaitClosed();
            } catch (IOException e) {
                throw new AssertionError(visit.getKey() + " (seed " + SEED + ")", e);
            }
            TestNodes.await(
                    visit.getKey() + " is counted", () -> TestNodes.metric(edge, ENGINE) > before);
        }
    }

    @Test
    void aMemberThatBrokeTheProtocolIsLeftAlone() throws Exception {
        TlsParty member = door.member(token);
        double before = TestNodes.metric(edge, "peeredge_dts_engine_refused_peers_total");
        try (RawChannel channel = RawChannel.open(member, edge)) {
            channel.frame(new byte[] {1});
            channel.awaitClosed();
        }
        try (RawChannel again = RawChannel.open(member, edge)) {
            again.awaitClosed();
        }
        TestNodes.await(
                "it is refused",
                () -> TestNodes.metric(edge, "peeredge_dts_engine_refused_peers_total") > before);
    }

    @Test
    void unfinishedFramesOfManyConnectionsTakeBoundedMemory() throws Exception {
        TlsParty member = door.member(token);
        byte[] most = greeted(MAX_FRAME_BYTES, MAX_FRAME_BYTES / 2);
        List<RawChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                RawChannel channel = new RawChannel(tls(member));
                open.add(channel);
                sendAll(channel, most);
            }
            long resident = TestNodes.residentBytes(edge);
            assertTrue(resident < MAX_RESIDENT_BYTES, () -> resident + " bytes resident");
            for (RawChannel channel : open) {
                channel.awaitClosed(); // a member that does not say hello is cut
            }
        } finally {
            close(open);
        }
    }

    @Test
    void aFloodOfQuestionsTakesBoundedMemory() throws Exception {
        try (RawChannel channel = RawChannel.open(door.member(token), edge)) {
            assertTrue(channel.greeted());
            channel.frame(RawChannel.HELLO);
            for (int i = 0; i < 30_000; i++) {
                // who-has {0: a digest that nobody has, 1: size not known, 2: wants}
                byte[] whoHas =
                        hex("01020000" + "a3" + "00582101" + "00".repeat(32) + "0120" + "02f5");
                ByteBuffer.wrap(whoHas).putInt(10, i);
                try {
                    channel.frame(whoHas);
                } catch (IOException closed) {
                    break; // it may cut who does not read the answers
                }
            }
            long resident = TestNodes.residentBytes(edge);
            assertTrue(resident < MAX_RESIDENT_BYTES, () -> resident + " bytes resident");
        }
    }

    @Test
    void listenersRefuseWhatIsNotHttp() throws Exception {
        Map<String, String> requests = malformedRequests();
        for (int port : List.of(edge.spec().ports().registry(), edge.spec().ports().metrics())) {
            double before = TestNodes.metric(edge, HTTP);
            for (Map.Entry<String, String> request : requests.entrySet()) {
                assertRefused(request.getKey(), plain(port), request.getValue());
            }
            TestNodes.await(
                    "each is counted",
                    () -> TestNodes.metric(edge, HTTP) >= before + requests.size());
        }
        double before = TestNodes.metric(origin, HTTP);
        for (Map.Entry<String, String> request : requests.entrySet()) {
            Socket tls = TlsParty.selfSigned().connect("127.0.0.1", origin.spec().ports().join());
            assertRefused("door: " + request.getKey(), new RawChannel(tls), request.getValue());
        }
        TestNodes.await(
                "each is counted",
                () -> TestNodes.metric(origin, HTTP) >= before + requests.size());
    }

    private static Map<String, String> malformedRequests() {
        String host = "Host: x\r\n";
        Map<String, String> requests = new LinkedHashMap<>();
        requests.put("random", "\u0001\u0002\u00ff\u0000 garbage\r\n\r\n");
        requests.put("no host", "GET /v2/ HTTP/1.1\r\n\r\n");
        requests.put("two hosts", "GET /v2/ HTTP/1.1\r\n" + host + host + "\r\n");
        requests.put(
                "a long line", "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n" + host + "\r\n");
        requests.put(
                "a long header",
                "GET / HTTP/1.1\r\n" + host + "X: " + "b".repeat(100_000) + "\r\n\r\n");
        requests.put(
                "many headers", "GET / HTTP/1.1\r\n" + host + "X: 1\r\n".repeat(20_000) + "\r\n");
        requests.put(
                "a negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n");
        requests.put(
                "a length of letters", "POST / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n");
        requests.put(
                "two lengths",
                "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
        requests.put("a bad escape", "GET /v2/%zz HTTP/1.1\r\n" + host + "\r\n");
        requests.put("an escape cut short", "GET /v2/%a HTTP/1.1\r\n" + host + "\r\n");
        requests.put("a NUL", "GET /v2/%00 HTTP/1.1\r\n" + host + "\r\n");
        requests.put("bytes that are no UTF-8", "GET /v2/%ff%fe HTTP/1.1\r\n" + host + "\r\n");
        return requests;
    }

    /** 4xx, and closed. */
    private static void assertRefused(String what, RawChannel channel, String request)
            throws IOException {
        try (channel) {
            sendAll(channel, request.getBytes(ISO_8859_1));
            String answer = channel.rest();
            assertTrue(
                    answer.isEmpty() || answer.matches("(?s)HTTP/1\\.1 4\\d\\d .*"),
                    () -> what + ": " + answer);
        }
    }

    @Test
    void theDoorRefusesBodiesThatMakeNoSense() throws Exception {
        Map<String, Integer> bodies = new LinkedHashMap<>();
        bodies.put("", 400);
        bodies.put("{", 400);
        bodies.put("[]", 400);
        bodies.put("{\"token\":1,\"secret\":2}", 400);
        bodies.put("{\"token\":\"zz\",\"secret\":\"zz\"}", 400);
        bodies.put("[".repeat(4_000), 400);
        bodies.put("{\"token\":\"" + "0".repeat(5_000) + "\"}", 413);
        for (Map.Entry<String, Integer> body : bodies.entrySet()) {
            TlsParty stranger = TlsParty.selfSigned();
            assertEquals(
                    body.getValue(),
                    door.post(stranger, "/v1/join", body.getKey()).status(),
                    body.getKey());
        }
        assertEquals(404, door.post(TlsParty.selfSigned(), "/v1/../etc/passwd", "").status());
    }

    @Test
    void theRegistryServesWhileHundredsOfRequestsAreNeverFinished() throws Exception {
        List<RawChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                RawChannel channel = plain(edge.spec().ports().registry());
                open.add(channel);
                channel.send("GET /v2/ HTTP/1.1\r\nHost: x\r\nX: ".getBytes(ISO_8859_1));
            }
            assertTrue(TestNodes.answers(edge));
            long resident = TestNodes.residentBytes(edge);
            assertTrue(resident < MAX_RESIDENT_BYTES, () -> resident + " bytes resident");
        } finally {
            close(open);
        }
    }

    private Socket tls(TlsParty party) throws IOException {
        return party.connect("127.0.0.1", edge.spec().ports().channel());
    }

    private static RawChannel plain(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        return new RawChannel(socket);
    }

    private static void close(List<RawChannel> open) throws IOException {
        for (RawChannel channel : open) {
            channel.close();
        }
    }

    /** The other end may close before it has taken all of it. */
    private static void sendAll(RawChannel channel, byte[] bytes) {
        try {
            channel.send(bytes);
        } catch (IOException closed) {
            // what the test asserts comes next
        }
    }

    /** A right greeting and the beginning of a frame that claims this length. */
    private static byte[] greeted(int length, int sentBytes) {
        ByteBuffer out = ByteBuffer.allocate(8 + sentBytes);
        return out.put(RawChannel.GREETING).putInt(length).array();
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
