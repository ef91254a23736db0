// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;

/** Members that ask for content and ping, but do not read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowMembersIT {
    private static final int MANY = 16;

    /** Its pieces are of 256 KiB. */
    private static final int BLOB_BYTES = 64 << 20;

    /** More than what the sockets of one connection take; a member may have 64 requests open. */
    private static final int PIECES = 60;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String TIMEOUTS = "peeredge_dts_engine_send_timeouts_total";
    private static final byte[] PING = HexFormat.of().parseHex("010e0000" + "a10000");

    private @TempDir static Path folder;
    private TestNodes nodes;
    private NodeProcess origin;
    private NodeProcess edge;

    @BeforeAll
    void start() throws Exception {
        nodes =
                new TestNodes(
                        folder,
                        Map.of(
                                "org.peeredge.dts.engine",
                                Map.of("send.timeout.millis", "" + TIMEOUT.toMillis()),
                                // They do not answer questions about tags either.
                                "org.peeredge.dts.registry",
                                Map.of("resolve.timeout.millis", "500")));
        origin = nodes.origin();
        edge = nodes.edges(1).getFirst();
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @Test
    void loseTheirConnectionsAndNobodyElseNotices() throws Exception {
        Image image = nodes.image(1, BLOB_BYTES);
        TestNodes.push(origin, "lab/large", "1", image);
        String digest =
                image.blobs().stream()
                        .filter(b -> b.sizeBytes() == BLOB_BYTES)
                        .findFirst()
                        .orElseThrow()
                        .digest();
        JoinDoor door = new JoinDoor(origin);
        String token = nodes.token("--uses " + MANY);
        List<RawChannel> rude = new ArrayList<>();
        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            for (int i = 0; i < MANY; i++) {
                RawChannel channel = RawChannel.open(door.member(token), origin);
                rude.add(channel);
                assertTrue(channel.greeted());
                channel.frame(RawChannel.HELLO);
                for (int piece = 0; piece < PIECES; piece++) {
                    channel.frame(getSymbols(digest, piece));
                }
            }
            TestNodes.await(
                    "each loses its connection",
                    () -> {
                        load.awaitOneMore();
                        ping(rude);
                        return rude.isEmpty();
                    });
            load.mustBeWell();
            assertTrue(
                    load.slowest().compareTo(TIMEOUT) < 0,
                    () -> "a pull took " + load.slowest().toMillis() + " ms");
            System.out.printf(
                    "%d members that do not read: %d pulls, the slowest %d ms%n",
                    MANY, load.pulls(), load.slowest().toMillis());
        } finally {
            for (RawChannel channel : rude) {
                channel.close();
            }
        }
        assertEquals(MANY, TestNodes.metric(origin, TIMEOUTS));
        assertEquals(0, TestNodes.metric(origin, "peeredge_dts_engine_dead_peers_total"));
        assertEquals(1, TestNodes.connected(origin));
        assertEquals(List.of(), TestNodes.logged(origin, "ERROR"));
    }

    /** Drops those that cannot be written to any more. */
    private static void ping(List<RawChannel> channels) {
        channels.removeIf(channel -> {
            try {
                channel.frame(PING);
                return false;
            } catch (IOException closed) {
                return true;
            }
        });
    }

    /** {0: digest, 1: group, 2: [none, 4, 0, 262144], 3: first, 4: 1, 5: nothing}. */
    private static byte[] getSymbols(String digest, int piece) {
        HexFormat hex = HexFormat.of();
        byte[] head = hex.parseHex("01070000" + "a6" + "00582101");
        byte[] code = hex.parseHex("02" + "84" + "646e6f6e65" + "04" + "00" + "1a00040000");
        byte[] rest = hex.parseHex("0401" + "0540");
        return ByteBuffer.allocate(head.length + 32 + 2 + code.length + 2 + rest.length)
                .put(head)
                .put(hex.parseHex(digest.substring("sha256:".length())))
                .put(new byte[] {1, (byte) (piece / 4)}) // below 24: one byte each
                .put(code)
                .put(new byte[] {3, (byte) (piece % 4)})
                .put(rest)
                .array();
    }
}
