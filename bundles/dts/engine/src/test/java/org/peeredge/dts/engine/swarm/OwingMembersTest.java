// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/** A member that does not sign for what it gets is served when nobody else waits. */
class OwingMembersTest {
    private static final NodeId HONEST = new NodeId("aa".repeat(20));
    private static final NodeId OWING = new NodeId("bb".repeat(20));
    private static final Digest BLOB = new Digest("sha256", "cd".repeat(32));
    private static final CodecId NONE = new CodecId("none", 4, 0, Pieces.MIN_PIECE_BYTES);

    private final Swarm swarm =
            new Swarm(
                    new NodeId("cc".repeat(20)),
                    Set.of(Role.MEMBER),
                    SwarmLimits.defaults(),
                    new SplittableRandom(1),
                    _ -> false);
    private final ArrayDeque<Action.SendSymbols> begun = new ArrayDeque<>();
    private final List<NodeId> served = new ArrayList<>();
    private long now = Time.SECOND;

    OwingMembersTest() {
        handle(new Event.Held(BLOB, 40L * Pieces.MIN_PIECE_BYTES, false));
        for (NodeId peer : List.of(HONEST, OWING)) {
            handle(new Event.PeerUp(peer, Set.of(Role.MEMBER), false, 1_000));
        }
    }

    private void handle(Event event) {
        now += Time.MILLI;
        swarm.handle(
                event,
                now,
                action -> {
                    if (action instanceof Action.SendSymbols send) {
                        begun.add(send);
                    }
                });
    }

    private void ask(NodeId from, int pieces) {
        for (int i = 0; i < pieces; i++) {
            handle(
                    new Event.Received(
                            from,
                            new Message.GetSymbols(BLOB, i / 4, NONE, i % 4, 1, new byte[0])));
        }
    }

    private void sendAll() {
        for (Action.SendSymbols s = begun.poll(); s != null; s = begun.poll()) {
            served.add(s.to());
            handle(
                    new Event.SymbolsDone(
                            s.to(), BLOB, s.request().group(), s.request().first(), true));
        }
    }

    private long honestAmongTheFirst(int count) {
        return served.subList(0, count).stream().filter(HONEST::equals).count();
    }

    @Test
    void membersThatOweNothingTakeTurns() {
        ask(OWING, 10);
        ask(HONEST, 10);
        sendAll();
        assertEquals(20, served.size());
        assertTrue(Math.abs(5 - honestAmongTheFirst(10)) <= 2, served.toString());
    }

    @Test
    void whoOwesComesLast() {
        handle(new Event.PeerOwes(OWING, true));
        ask(OWING, 10);
        int early = begun.size();
        ask(HONEST, 10);
        sendAll();
        assertEquals(20, served.size(), "and is served all the same");
        assertEquals(10, honestAmongTheFirst(10 + early));
    }

    @Test
    void whoHasSignedIsServedAsOthersAre() {
        handle(new Event.PeerOwes(OWING, true));
        handle(new Event.PeerOwes(OWING, false));
        ask(OWING, 10);
        ask(HONEST, 10);
        sendAll();
        assertTrue(Math.abs(5 - honestAmongTheFirst(10)) <= 2, served.toString());
    }
}
