// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslContext;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.netty.tls.MeshContexts;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

final class NettyComponentTest {
    private final TestKernel kernel = new TestKernel();

    private NettyComponent component(int loops) {
        NettyComponent.Config config =
                assertInstanceOf(
                        NettyComponent.Config.class,
                        Proxy.newProxyInstance(
                                NettyComponent.Config.class.getClassLoader(),
                                new Class<?>[] {NettyComponent.Config.class},
                                (_, _, _) -> loops));
        return new NettyComponent(kernel.threads(), kernel.clock(), kernel.metrics(), config);
    }

    @Test
    void aBadValueIsRefusedByName() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> component(0));
        String text = String.valueOf(refused.getMessage());
        assertTrue(
                text.contains("org.peeredge.kernel.netty") && text.contains("event.loop.threads"),
                text);
        assertEquals(0, kernel.metrics().size());
    }

    @Test
    void deactivatingStopsAllAlsoWhatItsUsersForgot() throws Exception {
        Residue residue = Residue.now();
        TestMesh mesh = new TestMesh(kernel.clock());
        TestIdentity server = mesh.member();
        TestIdentity client = mesh.member();
        NettyComponent component = component(2);
        MeshContexts tls = new MeshContexts(server, component.sslProvider());
        assertEquals("peer " + client.self().node(), ask(component, tls.server(), client));
        tls.close();
        component.deactivate();
        assertEquals(0, kernel.metrics().size());
        kernel.close();
        residue.assertBack();
    }

    /** What a handler behind mutual TLS answers when it names its peer. */
    private static String ask(NettyComponent component, SslContext tls, TestIdentity client)
            throws Exception {
        HttpListener listener =
                component.listen(
                        new HttpOptions(
                                "org.peeredge.test",
                                "127.0.0.1",
                                0,
                                Optional.of(tls),
                                10,
                                4096,
                                Duration.ofSeconds(10)),
                        (request, response) ->
                                response.send(
                                        200,
                                        ("peer " + client.check(request.peerCertificates()).node())
                                                .getBytes(StandardCharsets.UTF_8)));
        try (SSLSocket socket =
                assertInstanceOf(
                        SSLSocket.class,
                        context(client)
                                .getSocketFactory()
                                .createSocket(listener.host(), listener.port()))) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private static SSLContext context(TestIdentity client) throws Exception {
        KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        keys.setKeyEntry(
                "member",
                client.privateKey(),
                new char[0],
                client.chain().toArray(Certificate[]::new));
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        X509TrustManager anyone =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String auth) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String auth) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        context.init(managers.getKeyManagers(), new TrustManager[] {anyone}, new SecureRandom());
        return context;
    }
}
