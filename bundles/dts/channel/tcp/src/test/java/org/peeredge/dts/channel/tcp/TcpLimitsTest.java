// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kernel.netty.tls.MeshContexts;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.channel.Recorder;

/** What an outsider, or a member that went wrong, can do to a door. */
final class TcpLimitsTest {
    private static final String COUNTERS = "peeredge_dts_channel_tcp_";
    private static final byte[] GREETING = {'P', 'E', 'C', 1};
    private static final int MAX_FRAME = 2000;

    private final Residue residue = Residue.now();
    private final TestKernel kernel = new TestKernel();
    private final MetricScope scope = kernel.metrics().scope();
    private final EventLoops loops = new EventLoops(1, kernel.threads(), scope);
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final TestIdentity identity = mesh.member();
    private final MeshContexts tls = new MeshContexts(identity, SslProvider.JDK);
    private final Recorder recorder = new Recorder();
    private TcpChannelProvider provider = provider(0, Duration.ofSeconds(20));
    private Listening door =
            new Listening() {
                @Override
                public List<PeerAddress> addresses() {
                    return List.of();
                }

                @Override
                public void close() {}
            };

    private TcpChannelProvider provider(int port, Duration handshake) {
        TcpSettings settings =
                new TcpSettings(
                        "127.0.0.1", port, List.of(), MAX_FRAME, 1 << 16, 1 << 20, 4, 2, handshake);
        return new TcpChannelProvider(
                loops, tls, identity, kernel.threads(), kernel.clock(), scope, settings);
    }

    @BeforeEach
    void open() throws Exception {
        door = provider.listen(recorder).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void nothingIsLeft() {
        provider.close();
        tls.close();
        assertEquals(0, loops.allocator().pinnedDirectMemory());
        loops.close();
        scope.close();
        kernel.close();
        residue.assertBack();
    }

    private PeerAddress address() {
        return door.addresses().getFirst();
    }

    private double count(String name) {
        return kernel.metrics().value(COUNTERS + name + "_total");
    }

    /** A member's TLS socket that speaks whatever the test wants, after both greetings. */
    private SSLSocket member(byte[] greeting, String... protocols) throws Exception {
        TestIdentity member = mesh.member();
        KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        keys.setKeyEntry(
                "member",
                member.privateKey(),
                new char[0],
                member.chain().toArray(Certificate[]::new));
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(
                managers.getKeyManagers(), new TrustManager[] {new Anyone()}, new SecureRandom());
        SSLSocket socket =
                assertInstanceOf(
                        SSLSocket.class,
                        context.getSocketFactory()
                                .createSocket(address().host(), address().port()));
        socket.setSoTimeout(15_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(greeting);
        byte[] welcome = socket.getInputStream().readNBytes(4);
        int version = socket.getApplicationProtocol().equals(Framing.PROTOCOL_2) ? 2 : 1;
        assertEquals(
                Arrays.toString(new byte[] {'P', 'E', 'C', (byte) version}),
                Arrays.toString(welcome));
        return socket;
    }

    private static void awaitEnd(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            assertEquals(0, in.readAllBytes().length);
        } catch (java.io.IOException e) {
            // reset or closed without notice: cut all the same
            assertTrue(socket.isConnected());
        }
    }

    @Test
    void badLengthsCutTheMemberOff() throws Exception {
        int[] lengths = {0, MAX_FRAME + 1, -1};
        for (int i = 0; i < lengths.length; i++) {
            try (SSLSocket socket = member(GREETING)) {
                socket.getOutputStream().write(ints(3, 0x01020300, lengths[i]), 0, 7);
                socket.getOutputStream().write(ints(3, 0x01020300, lengths[i]), 8, 4);
                awaitEnd(socket);
            }
            assertEquals("[1, 2, 3]", Arrays.toString(recorder.frame()));
            assertEquals(i + 1, count("malformed_frames"));
        }
        assertEquals(0, recorder.framesLeft());
    }

    private static byte[] ints(int... values) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(values.length * 4);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    @Test
    void anotherVersionIsCutOff() throws Exception {
        try (SSLSocket socket = member(new byte[] {'P', 'E', 'C', 2})) {
            awaitEnd(socket);
        }
        assertTrue(recorder.awaitClosed().contains("version"));
        assertEquals(1, count("malformed_frames"));
    }

    @Test
    void partsAreForThoseWhoOfferThem() throws Exception {
        byte[] parts = ints(Framing.head(Framing.FIRST, 4), 8, 7, 4, 5, Framing.head(2, 4), 6);
        byte[] greeting = {'P', 'E', 'C', 2};
        try (SSLSocket socket = member(greeting, "something/9", Framing.PROTOCOL_2)) {
            socket.getOutputStream().write(parts);
            assertEquals(Arrays.toString(ints(5)), Arrays.toString(recorder.frame()));
            assertEquals(Arrays.toString(ints(7, 6)), Arrays.toString(recorder.frame()));
        }
        try (SSLSocket socket = member(GREETING, "something/9")) {
            socket.getOutputStream().write(parts);
            awaitEnd(socket);
        }
        assertEquals(1, count("malformed_frames"));
    }

    @Test
    void randomBytesFromAMemberAreCutOffInTheEnd() throws Exception {
        for (long seed = 0; seed < 5; seed++) {
            byte[] noise = new byte[20_000];
            new SplittableRandom(seed).nextBytes(noise);
            noise[0] = (byte) 0xff;
            try (SSLSocket socket = member(GREETING)) {
                try (OutputStream out = socket.getOutputStream()) {
                    out.write(noise);
                    awaitEnd(socket);
                } catch (java.io.IOException e) {
                    assertTrue(e.getMessage() != null, "cut while it was sending");
                }
            }
        }
        assertEquals(5, count("malformed_frames"));
    }

    @Test
    void whoNeverShowsWhoItIsHoldsAFewPlacesForAWhile() throws Exception {
        provider.close();
        scope.close();
        provider = provider(0, Duration.ofMillis(1500));
        door = provider.listen(recorder).toCompletableFuture().get(10, TimeUnit.SECONDS);
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(address().host(), address().port()));
            socket.setSoTimeout(15_000);
            silent.add(socket);
        }
        for (Socket socket : silent) {
            awaitEnd(socket);
            socket.close();
        }
        assertEquals(3, kernel.metrics().value(COUNTERS + "refused_connections_total"));
        try (SSLSocket socket = member(GREETING)) {
            socket.getOutputStream().write(ints(4, 42));
            assertEquals(4, recorder.frame().length);
        }
    }

    @Test
    void aServerThatNeverAnswersIsGivenUpInTime() throws Exception {
        try (ServerSocket deaf =
                new ServerSocket(0, 5, java.net.InetAddress.getLoopbackAddress())) {
            CompletionStage<?> stage =
                    provider.connect(
                            new PeerAddress("tcp", "127.0.0.1", deaf.getLocalPort()),
                            new Recorder(),
                            Duration.ofMillis(300));
            failsWith(stage, TryOtherPeerException.class);
        }
        failsWith(
                provider.connect(
                        new PeerAddress("tcp", "no-such-host.invalid", 1),
                        new Recorder(),
                        Duration.ofSeconds(10)),
                TryOtherPeerException.class);
    }

    @Test
    void aTakenPortNamesTheKey() throws Exception {
        scope.close();
        TcpChannelProvider second = provider(address().port(), Duration.ofSeconds(5));
        Throwable failure = failsWith(second.listen(recorder), RetryLaterException.class);
        assertTrue(failure.toString().contains("etc/org.peeredge.dts.channel.tcp.cfg"));
        second.close();
    }

    private static Throwable failsWith(CompletionStage<?> stage, Class<?> type) {
        ExecutionException failed =
                assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(15, TimeUnit.SECONDS));
        assertInstanceOf(type, failed.getCause());
        return failed.getCause() == null ? failed : failed.getCause();
    }

    /** Trusts all: the end under test is the other one. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String auth) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String auth) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
