// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kernel.node.TestMesh.Kernel;
import org.peeredge.kernel.node.authority.JoinToken;

@Timeout(60)
class JoinTest {
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

    private static String token(Kernel authority, int uses, Role... roles) {
        return authority.authority().createToken(Set.of(roles), uses, Authority.DEFAULT_TOKEN_LIFE);
    }

    private static String refusal(Kernel node, String token) {
        return String.valueOf(
                assertThrows(NeverException.class, () -> node.join(token)).getMessage());
    }

    @Test
    void joinsOverTlsAndBothBelieveEachOther() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        assertEquals(Optional.empty(), b.node.meshId());
        b.join(token(a, 1, Role.ORIGIN));
        b.expect("up");
        assertEquals(a.node.meshId(), b.node.meshId());
        Membership self = b.identity().self();
        assertEquals(b.node.node(), self.node());
        assertEquals(Set.of(Role.MEMBER, Role.ORIGIN), self.roles());
        assertEquals(mesh.clock.now().plus(TestMesh.LIFE), self.notAfter());
        assertEquals(self, a.identity().check(b.identity().chain()));
        Membership lead = b.identity().check(a.identity().chain().getFirst().getEncoded());
        assertEquals(Set.of(Role.values()), lead.roles());
        byte[] data = {1, 2, 3};
        byte[] signature = b.identity().sign(data);
        assertTrue(a.identity().verify(self, data, signature));
        assertFalse(a.identity().verify(lead, data, signature));
        assertFalse(a.identity().verify(self, data, new byte[] {1}));
        assertEquals(List.of(), a.authority().tokens());
        assertEquals(
                1,
                mesh.metric(
                        "peeredge_kernel_node_door_requests_total",
                        "request",
                        "join",
                        "result",
                        "ok"));
    }

    @Test
    void refusesTokensThatAreUsedUpOverRevokedOrWrong() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        Kernel c = mesh.node("c");
        String used = token(a, 1);
        b.join(used);
        b.join(used); // the same node, whose answer may have been lost, asks again
        assertTrue(refusal(c, used).contains("used up"));

        String revoked = token(a, 1);
        a.authority().revokeToken(JoinToken.parse(revoked).id());
        assertTrue(refusal(c, revoked).contains("the token ended"));

        String over = token(a, 1);
        mesh.clock.move(Authority.DEFAULT_TOKEN_LIFE);
        assertTrue(refusal(c, over).contains("the token ended"));
        assertTrue(refusal(b, used).contains("the token ended"));

        JoinToken good = JoinToken.parse(token(a, 1));
        JoinToken guess =
                new JoinToken(
                        good.meshId(), good.id(), new byte[JoinToken.SECRET_BYTES], good.doors());
        assertTrue(refusal(c, guess.text()).contains("does not know this token"));
        assertTrue(refusal(c, good.text().substring(2)).contains("no join token"));
        assertEquals(Optional.empty(), c.node.meshId());
        assertEquals(1, a.authority().tokens().size());
    }

    @Test
    void guessingIsSlowedDown() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel c = mesh.node("c");
        JoinToken good = JoinToken.parse(token(a, 1));
        JoinToken guess =
                new JoinToken(
                        good.meshId(), good.id(), new byte[JoinToken.SECRET_BYTES], good.doors());
        for (int i = 0; i < 10; i++) {
            refusal(c, guess.text());
        }
        assertThrows(RetryLaterException.class, () -> c.join(good.text()));
        mesh.clock.move(Duration.ofMinutes(1));
        c.join(good.text());
    }

    @Test
    void isNotLedToAForeignAuthority() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel foreign = mesh.authority("foreign");
        Kernel b = mesh.node("b");
        JoinToken good = JoinToken.parse(token(a, 1));
        JoinToken led = new JoinToken(good.meshId(), good.id(), good.secret(), foreign.doors);
        assertTrue(refusal(b, led.text()).contains("it is not the authority of mesh"));
        assertEquals(1, a.authority().tokens().size());
        b.join(token(foreign, 1));
        assertThrows(
                NeverException.class, () -> a.identity().check(b.expect("up").identity().chain()));
        assertEquals(
                1,
                mesh.metric(
                        "peeredge_kernel_node_certificates_refused_total", "reason", "signature"));
        assertTrue(refusal(b, good.text()).contains("this node belongs to mesh"));
        assertTrue(refusal(a, token(foreign, 1)).contains("is the authority of its mesh"));
    }

    @Test
    void aMissingAuthorityIsWorthAnotherTry() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        String token = token(a, 1);
        a.closeDoor();
        RetryLaterException e = assertThrows(RetryLaterException.class, () -> b.join(token));
        assertTrue(String.valueOf(e.getMessage()).contains("cannot be reached"));
        a.openDoor();
        b.join(token);
    }

    @Test
    void joinsByItselfWithTheTokenFileOnceTheAuthorityIsThere() throws Throwable {
        Kernel a = mesh.authority("a");
        String token = token(a, 1);
        a.closeDoor();
        Kernel b = mesh.node("b");
        Files.writeString(b.settings.tokenFile(), token + "\n");
        b.node.wake();
        TestMesh.until(
                () ->
                        mesh.metric("peeredge_kernel_node_joins_total", "result", "failed") > 0
                                && !b.node.busy(),
                () -> {});
        assertTrue(Files.exists(b.settings.tokenFile()));
        a.openDoor();
        mesh.clock.move(Duration.ofMinutes(2)); // beyond any pause
        b.node.wake();
        b.expect("up");
        TestMesh.until(() -> !Files.exists(b.settings.tokenFile()), () -> {});
    }

    @Test
    void aRevokedNodeIsRefusedEverywhereAndLearnsIt() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        Kernel c = mesh.node("c");
        String token = token(a, 3);
        b.join(token);
        c.join(token);
        b.expect("up");
        c.expect("up");
        CountDownLatch told = new CountDownLatch(1);
        c.identity().onChange(told::countDown);
        a.authority().revoke(b.node.node());
        assertThrows(NeverException.class, () -> a.identity().check(b.identity().chain()));
        c.identity().check(b.identity().chain());
        assertTrue(c.identity().offerRevocations(a.identity().revocations()));
        assertFalse(c.identity().offerRevocations(a.identity().revocations()));
        assertTrue(told.await(20, TimeUnit.SECONDS));
        assertEquals(1, c.identity().revocationNumber());
        assertTrue(
                String.valueOf(
                                assertThrows(
                                                NeverException.class,
                                                () -> c.identity().check(b.identity().chain()))
                                        .getMessage())
                        .contains("was revoked"));
        assertTrue(refusal(b, token).contains("was revoked"));
        assertThrows(NeverException.class, b.node::renewNow);
        assertThrows(NeverException.class, b.node::pollNow);
        assertThrows(IllegalArgumentException.class, () -> a.authority().revoke(a.node.node()));
        b.identity().offerRevocations(a.identity().revocations());
        b.expect("down");
    }

    @Test
    void olderListsAreIgnoredAndForgedOnesRefused() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel foreign = mesh.authority("foreign");
        Kernel b = mesh.node("b");
        b.join(token(a, 1));
        b.expect("up");
        a.authority().revoke(foreign.node.node());
        byte[] first = a.identity().revocations();
        a.authority().revoke(mesh.node("c").node.node());
        byte[] second = a.identity().revocations();
        assertTrue(b.identity().offerRevocations(second));
        assertFalse(b.identity().offerRevocations(first));
        assertArrayEquals(second, b.identity().revocations());
        foreign.authority().revoke(b.node.node());
        byte[] alien = foreign.identity().revocations();
        assertThrows(NeverException.class, () -> b.identity().offerRevocations(alien));
        for (int i = 0; i < second.length; i++) {
            byte[] bent = second.clone();
            bent[i] ^= 1;
            assertThrows(NeverException.class, () -> b.identity().offerRevocations(bent));
            byte[] cut = Arrays.copyOf(second, i);
            assertThrows(NeverException.class, () -> b.identity().offerRevocations(cut));
        }
        assertEquals(2, b.identity().revocationNumber());
    }

    @Test
    void revocationsAreDroppedWhenTheCertificatesHaveEnded() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        a.authority().revoke(b.node.node());
        int one = a.identity().revocations().length;
        mesh.clock.move(TestMesh.LIFE.plusHours(1));
        a.authority().revoke(mesh.node("c").node.node());
        assertEquals(2, a.identity().revocationNumber());
        assertTrue(a.identity().revocations().length < one + 20);
    }

    @Test
    void asksTheAuthorityForRevocations() throws Throwable {
        Kernel a = mesh.authority("a");
        Kernel b = mesh.node("b");
        b.join(token(a, 1));
        b.expect("up");
        CountDownLatch told = new CountDownLatch(1);
        b.identity().onChange(told::countDown);
        a.authority().revoke(mesh.node("c").node.node());
        mesh.clock.move(Duration.ofMinutes(73));
        b.node.wake();
        assertTrue(told.await(20, TimeUnit.SECONDS));
        assertEquals(1, b.identity().revocationNumber());
    }
}
