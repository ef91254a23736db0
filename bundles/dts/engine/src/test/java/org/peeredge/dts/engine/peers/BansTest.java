// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Bans.Ban;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.TestRecords;

/** How long a liar is left alone, and that a restart does not help it. */
class BansTest {
    private static final NodeId LIAR = new NodeId("ab".repeat(20));
    private static final NodeId WITNESS = new NodeId("cd".repeat(20));
    private static final Duration TERM = Duration.ofMinutes(10);

    private final VirtualTime time = new VirtualTime(1);
    private final List<NodeId> over = new ArrayList<>();
    private final TestRecords disk = new TestRecords();
    private final BanRecords records = new BanRecords(disk, 4);

    private Bans bans() {
        return new Bans(time, time.newLoop("test", "bans"), 4, over::add);
    }

    private Ban convict(Bans bans) {
        Ban ban = bans.convict(LIAR, "claimed a false piece", TERM, WITNESS);
        records.save(ban);
        return ban;
    }

    private static Duration term(Ban ban) {
        return Duration.between(ban.since(), ban.until());
    }

    @Test
    void eachTimeIsTwiceAsLongAndAWeekAtMost() {
        Bans bans = bans();
        Duration expected = TERM;
        for (int i = 1; i <= 12; i++) {
            Ban ban = convict(bans);
            assertEquals(i, ban.times());
            assertEquals(expected, term(ban));
            time.run(expected.plusSeconds(1));
            assertFalse(bans.banned(LIAR));
            assertEquals(i, over.size());
            expected = expected.multipliedBy(2);
            expected = expected.compareTo(Bans.LONGEST) > 0 ? Bans.LONGEST : expected;
        }
        time.run(Bans.FORGIVEN);
        assertEquals(1, convict(bans).times(), "forgiven");
    }

    @Test
    void whatItDoesWhileItIsBannedMakesItNoLonger() {
        Bans bans = bans();
        Ban day = bans.convict(LIAR, "signed a false piece map", Duration.ofDays(1), WITNESS);
        time.run(Duration.ofMinutes(1));
        assertEquals(day, convict(bans));
        assertEquals(List.of(day), bans.list());
        bans.add(LIAR, Duration.ofSeconds(30));
        time.run(Duration.ofHours(23));
        assertTrue(bans.banned(LIAR));
    }

    @Test
    void aRestartDoesNotEndIt() {
        Bans before = bans();
        Ban ban = convict(before);
        before.stop();
        time.run(Duration.ofMinutes(4));
        Bans after = bans();
        after.loaded(records.load(time.now()));
        assertEquals(1, after.list().size());
        assertEquals(ban.reason(), after.list().getFirst().reason());
        assertEquals(WITNESS, after.list().getFirst().by());
        assertTrue(after.banned(LIAR));
        time.run(Duration.ofMinutes(6).plusSeconds(1));
        assertFalse(after.banned(LIAR));
        assertEquals(List.of(), after.list());
        assertEquals(2, convict(after).times(), "remembered");
    }

    @Test
    void anOperatorEndsIt() {
        Bans bans = bans();
        Ban ban = convict(bans);
        assertEquals(Optional.of(ban), bans.lift(LIAR));
        records.remove(LIAR);
        assertFalse(bans.banned(LIAR));
        assertEquals(List.of(LIAR), over, "dialled again");
        assertEquals(Optional.empty(), bans.lift(LIAR));
        assertEquals(List.of(), records.load(time.now()));
        assertEquals(1, convict(bans).times());
    }

    @Test
    void damagedForgivenAndTooManyRecordsAreDropped() {
        Bans bans = bans();
        convict(bans);
        disk.put("damaged", new byte[] {1});
        disk.put("ef".repeat(20), "1\nx\n2\n3\n4\n5".getBytes(StandardCharsets.UTF_8));
        assertEquals(1, records.load(time.now()).size());
        assertEquals(1, disk.map().size());
        for (int i = 10; i < 20; i++) {
            NodeId node = new NodeId((i + "").repeat(20));
            records.save(bans.convict(node, "lied", TERM, WITNESS));
        }
        assertEquals(4, records.load(time.now()).size());
        time.run(Bans.FORGIVEN.plus(TERM));
        assertEquals(List.of(), records.load(time.now()));
        assertEquals(0, disk.map().size());
    }
}
