// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/** What one member can make another do. */
class CreditTest {
    private static final NodeId SELF = new NodeId("aa".repeat(20));
    private static final NodeId FLOODER = new NodeId("bb".repeat(20));
    private static final NodeId HONEST = new NodeId("cc".repeat(20));

    private final List<Action> actions = new ArrayList<>();
    private final Swarm swarm =
            new Swarm(
                    SELF,
                    Set.of(Role.MEMBER),
                    SwarmLimits.defaults(),
                    new SplittableRandom(1),
                    _ -> false);
    private long now;

    private void happens(Event event) {
        swarm.handle(event, now, actions::add);
    }

    private void up(NodeId... nodes) {
        for (NodeId node : nodes) {
            happens(new Event.PeerUp(node, Set.of(Role.MEMBER), true, 100));
        }
    }

    private long count(Class<? extends Action> type) {
        return actions.stream().filter(type::isInstance).count();
    }

    @Test
    void aFloodIsDroppedAndItsSenderLeft() {
        up(FLOODER, HONEST);
        Digest digest = new Digest("sha256", "ab".repeat(32));
        Message question = new Message.WhoHas(digest, -1, Optional.empty(), false);
        for (int i = 0; i < 100_000; i++) {
            happens(new Event.Received(FLOODER, question));
        }
        assertTrue(count(Action.Send.class) <= Credit.MESSAGES + 8, "answered too much");
        assertEquals(1, count(Action.Punish.class));
        actions.clear();
        happens(new Event.Received(HONEST, question));
        assertEquals(1, count(Action.Send.class), "others are answered as before");
    }

    @Test
    void aShortQuestionWithALongAnswerCostsTheAnswer() {
        up(FLOODER);
        int pieces = 32_768;
        Digest digest = new Digest("sha256", "cd".repeat(32));
        long size = (long) pieces * Pieces.MAX_PIECE_BYTES;
        happens(new Event.Held(digest, size, false));
        PieceMap map = new PieceMap(digest, size, new byte[pieces * PieceMap.LEAF_BYTES]);
        happens(new Event.MapChecked(SELF, SimContent.signed(map, SELF), Set.of(SELF), false));
        for (int second = 0; second < 10; second++) {
            for (int i = 0; i < 100; i++) {
                happens(new Event.Received(FLOODER, new Message.GetMap(digest)));
            }
            now += Time.SECOND;
        }
        long maps =
                actions.stream()
                        .filter(a ->
                                a instanceof Action.Send s && s.message() instanceof Message.MapOf)
                        .count();
        long most =
                (Credit.ANSWER_BYTES + 10L * Credit.ANSWER_BYTES_PER_SECOND)
                        / ((long) pieces * PieceMap.LEAF_BYTES);
        assertTrue(maps > 0 && maps <= most, maps + " maps of 1 MiB, at most " + most);
    }

    @Test
    void longListsCostMore() {
        Credit credit = new Credit();
        Digest digest = new Digest("sha256", "ef".repeat(32));
        Message take = new Message.Take(digest, Collections.nCopies(1024, 1));
        int taken = 0;
        while (credit.spend(take, 0)) {
            taken++;
        }
        assertEquals(Credit.MESSAGES / 17, taken);
    }

    @Test
    void contentEarnsCredit() {
        Credit credit = new Credit();
        Message room = new Message.Room(new Digest("sha256", "ef".repeat(32)));
        while (credit.spend(room, 0)) {
            // until there is none left
        }
        credit.exchanged(Pieces.MIN_PIECE_BYTES);
        int more = 0;
        while (credit.spend(room, 0)) {
            more++;
        }
        assertEquals(64, more);
        assertFalse(credit.flooded());
        assertTrue(credit.spend(room, Time.SECOND));
    }
}
