// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.node.TestMesh.Kernel;
import org.peeredge.kernel.node.authority.JoinToken;

@Timeout(60)
class LifeTest {
    private static final TestNetwork network = new TestNetwork();

    @TempDir Path root = Path.of("set by JUnit");
    private final TestMesh mesh = new TestMesh(network, () -> root);

    @AfterAll
    static void disconnect() {
        network.close();
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private static String token(Kernel authority) {
        return authority.authority().createToken(Set.of(), 1, Authority.DEFAULT_TOKEN_LIFE);
    }

    private static CountDownLatch change(Kernel kernel) {
        CountDownLatch told = new CountDownLatch(1);
        kernel.identity().onChange(told::countDown);
        return told;
    }

    @Test
    void renewsFromHalfOfTheLifeOn() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a));
        b.expect("up");
        Instant first = b.identity().self().notAfter();
        mesh.clock.move(Duration.ofDays(3)); // not yet: only revocations are asked for
        b.node.wake();
        TestMesh.until(
                () ->
                        mesh.metric(
                                                "peeredge_kernel_node_door_requests_total",
                                                "request",
                                                "revocations",
                                                "result",
                                                "ok")
                                        == 1
                                && !b.node.busy(),
                () -> {});
        assertEquals(first, b.identity().self().notAfter());
        CountDownLatch own = change(a);
        CountDownLatch members = change(b);
        mesh.clock.move(Duration.ofDays(1));
        a.node.wake();
        assertTrue(own.await(20, TimeUnit.SECONDS));
        TestMesh.until(() -> members.getCount() == 0, b.node::wake);
        assertEquals(first.plus(Duration.ofDays(4)), b.identity().self().notAfter());
        assertEquals(first.plus(Duration.ofDays(4)), a.identity().self().notAfter());
        assertTrue(a.events.isEmpty() && b.events.isEmpty());
        b.identity().check(a.identity().chain());
    }

    @Test
    void anEndedCertificateTakesTheIdentityAwayAndATokenBringsItBack() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a));
        b.expect("up");
        a.closeDoor();
        List<java.security.cert.X509Certificate> old = b.identity().chain();
        a.identity().check(old);
        mesh.clock.move(TestMesh.LIFE.plusSeconds(1));
        b.node.wake();
        b.expect("down");
        a.node.wake(); // signs its own again
        assertTrue(
                String.valueOf(
                                assertThrows(NeverException.class, () -> a.identity().check(old))
                                        .getMessage())
                        .contains("ended at"));
        a.openDoor();
        assertThrows(NeverException.class, b.node::renewNow);
        Files.writeString(b.settings.tokenFile(), token(a));
        TestMesh.until(() -> !b.events.isEmpty(), b.node::wake);
        b.expect("up");
    }

    @Test
    void aClockThatIsBehindIsNamed() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        String token = token(a);
        mesh.clock.move(Duration.ofDays(-2));
        String why =
                String.valueOf(assertThrows(Exception.class, () -> b.join(token)).getMessage());
        assertTrue(why.contains("check this machine's clock"), why);
    }

    @Test
    void aRestartKeepsEverything() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a));
        b.expect("up");
        String left = token(a);
        a.authority().revoke(mesh.node("c").node.node());
        b.identity().offerRevocations(a.identity().revocations());
        NodeId lead = a.node.node();
        NodeId member = b.node.node();
        byte[] list = a.identity().revocations();
        var chain = b.identity().chain();
        var doors = a.doors;
        a.close();
        b.close();

        Kernel again = mesh.node("a", true).expect("up", "authority");
        again.doors = doors;
        again.openDoor();
        Kernel back = mesh.node("b").expect("up");
        assertEquals(lead, again.node.node());
        assertEquals(member, back.node.node());
        assertEquals(chain, back.identity().chain());
        assertArrayEquals(list, again.identity().revocations());
        assertArrayEquals(list, back.identity().revocations());
        assertEquals(
                List.of(JoinToken.parse(left).id()),
                again.authority().tokens().stream().map(Authority.TokenInfo::id).toList());
        mesh.node("d").join(left);
        assertThrows(NeverException.class, () -> mesh.node("e").join(left));
        assertThrows(IllegalStateException.class, again.node::create);
        assertThrows(IllegalStateException.class, back.node::create);
    }

    @Test
    void aUseIsOnDiskBeforeTheCertificateIsGiven() throws Throwable {
        Kernel a = mesh.authority("a");
        String token = token(a);
        Path book = a.settings.tokens();
        assertFalse(Files.readString(book).contains(hex(JoinToken.parse(token).secret())));
        assertTrue(Files.readString(book).contains("\"usesLeft\":1"));
        mesh.node("b").join(token);
        assertTrue(Files.readString(book).contains("\"usesLeft\":0"));
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    @Test
    void filesAreForTheOwnerAlone() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a));
        a.authority().revoke(b.node.node());
        for (Path folder : List.of(a.settings.folder(), b.settings.folder())) {
            assertEquals("rwx------", mode(folder));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    assertEquals("rw-------", mode(file), file.toString());
                    assertFalse(file.toString().endsWith(".new"));
                }
            }
        }
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void damagedFilesAreNamedAndNeverMadeAnew() throws Throwable {
        Kernel a = mesh.authority("a");
        a.authority().createToken(Set.of(), 1, Duration.ofHours(1));
        a.authority().revoke(mesh.node("c").node.node());
        NodeSettings settings = a.settings;
        a.close();
        for (Path file :
                List.of(
                        settings.key(),
                        settings.membership(),
                        settings.authority(),
                        settings.tokens(),
                        settings.revocations())) {
            byte[] good = Files.readAllBytes(file);
            for (byte[] bad :
                    List.of(
                            new byte[0],
                            java.util.Arrays.copyOf(good, good.length / 2),
                            "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
                Files.write(file, bad);
                NeverException e =
                        assertThrows(
                                NeverException.class, () -> mesh.node("a", true), file.toString());
                assertTrue(
                        String.valueOf(e.getMessage()).contains(file + " is damaged"),
                        e.getMessage());
                assertArrayEquals(bad, Files.readAllBytes(file));
            }
            Files.write(file, good);
        }
        mesh.node("a", true).expect("up", "authority");
    }

    @Test
    void anotherNodesMembershipIsRefused() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a));
        Kernel c = mesh.node("c");
        c.close();
        Files.copy(b.settings.membership(), c.settings.membership());
        NeverException e = assertThrows(NeverException.class, () -> mesh.node("c"));
        assertTrue(String.valueOf(e.getMessage()).contains("another node's key"), e.getMessage());
    }
}
