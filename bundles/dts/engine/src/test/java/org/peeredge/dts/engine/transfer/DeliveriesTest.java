// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NodeId;

class DeliveriesTest {
    private static final Digest BLOB = new Digest("sha256", "ab".repeat(32));
    private static final NodeId SELF = new NodeId("00".repeat(20));
    private static final NodeId ONE = new NodeId("11".repeat(20));
    private static final NodeId TWO = new NodeId("22".repeat(20));

    private final List<String> counted = new ArrayList<>();
    private final Deliveries deliveries =
            new Deliveries(
                    SELF,
                    (giver, blob, bytes, pieces) ->
                            counted.add(giver.shortName() + " " + bytes + " in " + pieces));

    private void piece(int piece, NodeId from) {
        deliveries.event(new Event.PieceStored(BLOB, piece, from, 100));
    }

    @Test
    void underATrustedMapPiecesCountAtOnce() {
        deliveries.action(new Action.Readable(BLOB, 9, false));
        piece(0, ONE);
        piece(1, SELF);
        piece(2, ONE);
        assertEquals(List.of("11111111 100 in 1", "11111111 100 in 1"), counted);
    }

    @Test
    void byAClaimTheyCountWhenTheDigestIsChecked() {
        deliveries.action(new Action.Readable(BLOB, 9, true));
        piece(0, ONE);
        piece(1, TWO);
        piece(2, ONE);
        assertEquals(List.of(), counted);
        deliveries.event(new Event.Held(BLOB, 300, false));
        assertEquals(List.of("11111111 200 in 2", "22222222 100 in 1"), counted);
        piece(3, ONE);
        assertEquals(2, counted.size(), "the next transfer begins anew");
    }

    @Test
    void orWhenTheMapIsTrusted() {
        piece(0, ONE);
        deliveries.action(new Action.Readable(BLOB, 9, false));
        assertEquals(List.of("11111111 100 in 1"), counted);
    }

    @Test
    void whatDidNotMakeTheBlobNeverCounts() {
        piece(0, ONE);
        deliveries.action(new Action.Reset(BLOB));
        piece(1, TWO);
        deliveries.action(new Action.Failed(BLOB, "nobody has it", false));
        deliveries.event(new Event.Held(BLOB, 300, false));
        assertEquals(List.of(), counted);
    }

    @Test
    void afterAResetTrustIsGone() {
        deliveries.action(new Action.Readable(BLOB, 9, false));
        deliveries.action(new Action.Reset(BLOB));
        piece(0, ONE);
        assertEquals(List.of(), counted);
    }
}
