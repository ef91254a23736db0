// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Membership;

final class TestMeshTest {
    private final TestClock clock = new TestClock();
    private final TestMesh mesh = new TestMesh(clock);

    @Test
    void membersOfOneMeshBelieveEachOther() throws Exception {
        TestIdentity a = mesh.member(Role.ORIGIN);
        TestIdentity b = mesh.member();
        Membership seen = b.check(a.chain());
        assertEquals(a.self(), seen);
        assertEquals(Set.of(Role.MEMBER, Role.ORIGIN), seen.roles());
        assertEquals(seen, b.check(a.chain().getFirst().getEncoded()));
        byte[] data = "piece map".getBytes(StandardCharsets.UTF_8);
        assertTrue(b.verify(seen, data, a.sign(data)));
        assertFalse(b.verify(b.self(), data, a.sign(data)));
    }

    @Test
    void strangersExpiredAndRevokedMembersAreRefused() {
        TestIdentity a = mesh.member();
        TestIdentity stranger = new TestMesh(clock).member();
        assertThrows(NeverException.class, () -> a.check(stranger.chain()));
        assertThrows(NeverException.class, () -> a.check(mesh.expired().chain()));
        TestIdentity b = mesh.member();
        AtomicInteger told = new AtomicInteger();
        a.onChange(told::incrementAndGet);
        mesh.revoke(b.self().node());
        assertThrows(NeverException.class, () -> a.check(b.chain()));
        assertEquals(1, told.get());
        assertEquals(1, a.revocationNumber());
        assertFalse(a.offerRevocations(a.revocations()));
        assertThrows(NeverException.class, () -> stranger.offerRevocations(a.revocations()));
    }

    @Test
    void timeRunsOutAndRenewalHelps() {
        TestIdentity a = mesh.member();
        TestIdentity b = mesh.member();
        clock.advance(Duration.ofDays(8));
        assertThrows(NeverException.class, () -> a.check(b.chain()));
        b.renewed(Role.OPERATOR);
        assertTrue(a.check(b.chain()).has(Role.OPERATOR));
    }
}
