// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestClock;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestMesh;

final class MeshContextsTest {
    private final TestMesh mesh = new TestMesh(new TestClock());
    private final TestIdentity server = mesh.member(Role.ORIGIN);

    @Test
    void boringSslIsThereOnTheMachinesThatWeBuildOn() {
        assertTrue(OpenSsl.isAvailable(), () -> String.valueOf(OpenSsl.unavailabilityCause()));
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void membersMeetOverTls13(SslProvider provider) throws Exception {
        TestIdentity client = mesh.member();
        try (MeshContexts ours = new MeshContexts(server, provider);
                MeshContexts theirs = new MeshContexts(client, provider)) {
            SSLEngine[] ends = shake(ours.server(), theirs.client());
            assertEquals("TLSv1.3", ends[0].getSession().getProtocol());
            assertEquals(client.self(), server.check(chain(ends[0])));
            assertEquals(server.self(), client.check(chain(ends[1])));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void endsFindTheProtocolThatBothSpeakOrNone(SslProvider provider) throws Exception {
        try (MeshContexts ours = new MeshContexts(server, provider);
                MeshContexts theirs = new MeshContexts(mesh.member(), provider)) {
            SslContext both = ours.server("a/2", "a/1");
            assertEquals("a/1", chosen(both, theirs.client("a/1")));
            assertEquals("a/2", chosen(both, theirs.client("a/2", "a/1")));
            assertEquals("", chosen(both, theirs.client("b/1")));
            assertEquals("", chosen(both, theirs.client()));
            assertEquals("", chosen(ours.server(), theirs.client("a/1")));
            server.renewed(Role.ORIGIN);
            assertNotSame(both, ours.server("a/2", "a/1"));
            assertSame(ours.server("a/2", "a/1"), ours.server("a/2", "a/1"));
        }
    }

    private static String chosen(SslContext server, SslContext client) throws SSLException {
        SSLEngine[] ends = shake(server, client);
        String atServer = Objects.requireNonNullElse(ends[0].getApplicationProtocol(), "");
        assertEquals(atServer, Objects.requireNonNullElse(ends[1].getApplicationProtocol(), ""));
        return atServer;
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void whoIsNoMemberIsRefusedByEitherEnd(SslProvider provider) throws Exception {
        TestIdentity revoked = mesh.member();
        mesh.revoke(revoked.self().node());
        List<TestIdentity> strangers =
                List.of(new TestMesh(new TestClock()).member(), mesh.expired(), revoked);
        for (TestIdentity stranger : strangers) {
            try (MeshContexts ours = new MeshContexts(server, provider);
                    MeshContexts theirs = new MeshContexts(stranger, provider)) {
                assertThrows(SSLException.class, () -> shake(ours.server(), theirs.client()));
                assertThrows(SSLException.class, () -> shake(theirs.server(), ours.client()));
            }
        }
    }

    @Test
    void aRenewalMakesNewContextsAndTellsOfThem() {
        AtomicInteger told = new AtomicInteger();
        try (MeshContexts contexts = new MeshContexts(server, SslProvider.OPENSSL)) {
            SslContext before = contexts.server();
            contexts.onChange(() -> {
                throw new IllegalStateException("on purpose");
            });
            contexts.onChange(told::incrementAndGet);
            contexts.onChange(told::incrementAndGet).cancel();
            server.renewed(Role.ORIGIN);
            assertNotSame(before, contexts.server());
            assertEquals(1, told.get());
        }
        assertEquals(0, server.listeners());
    }

    /** With BoringSSL at one end or the JDK at both. */
    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void whoIsSlowWithAesGetsChaCha(SslProvider other) throws Exception {
        CipherOrder slow = CipherOrder.of(50e6, 300e6);
        CipherOrder fast = CipherOrder.of(2000e6, 300e6);
        try (MeshContexts ours = new MeshContexts(server, other, fast);
                MeshContexts weak = new MeshContexts(mesh.member(), SslProvider.JDK, slow);
                MeshContexts strong = new MeshContexts(mesh.member(), SslProvider.JDK, fast)) {
            assertEquals(CipherOrder.CHACHA, cipher(ours.server(), weak.client()));
            assertEquals(CipherOrder.AES, cipher(ours.server(), strong.client()));
            assertEquals(CipherOrder.CHACHA, cipher(weak.server(), ours.client()));
            assertEquals(CipherOrder.AES, cipher(strong.server(), ours.client()));
        }
    }

    private static String cipher(SslContext server, SslContext client) throws SSLException {
        return shake(server, client)[0].getSession().getCipherSuite();
    }

    @Test
    void bothCiphersCanBeTriedHere() {
        CipherOrder order = CipherOrder.measured(new TestClock());
        assertEquals(3, order.suites().size(), order.why());
    }

    private static List<X509Certificate> chain(SSLEngine engine) throws SSLException {
        return Stream.of(engine.getSession().getPeerCertificates())
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** Server and client engine after a handshake in memory. */
    private static SSLEngine[] shake(SslContext server, SslContext client) throws SSLException {
        SSLEngine[] ends = {
            server.newEngine(ByteBufAllocator.DEFAULT), client.newEngine(ByteBufAllocator.DEFAULT)
        };
        ByteBuffer[] toward = {ByteBuffer.allocate(100_000), ByteBuffer.allocate(100_000)};
        ByteBuffer plain = ByteBuffer.allocate(100_000);
        try {
            for (int turn = 0; turn < 100; turn++) {
                int me = 1 - turn % 2;
                SSLEngine engine = ends[me];
                toward[me].flip();
                SSLEngineResult result;
                do {
                    result = engine.unwrap(toward[me], plain);
                    work(engine);
                } while (result.bytesConsumed() > 0 && toward[me].hasRemaining());
                toward[me].compact();
                do {
                    result = engine.wrap(ByteBuffer.allocate(0), toward[1 - me]);
                    work(engine);
                } while (result.bytesProduced() > 0);
            }
            for (SSLEngine engine : ends) {
                assertEquals(
                        SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING,
                        engine.getHandshakeStatus());
            }
            return ends;
        } finally {
            for (SSLEngine engine : ends) {
                if (engine.getHandshakeStatus()
                        != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING) {
                    engine.closeOutbound();
                }
            }
        }
    }

    private static void work(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
