// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.Receipts;
import org.peeredge.kernel.api.NodeId;

final class ReceiptsCommandTest {
    private static final NodeId GIVER = new NodeId("ab".repeat(20));
    private static final NodeId TAKER = new NodeId("cd".repeat(20));

    private static Delivery delivery(long number) {
        return new Delivery(
                GIVER, TAKER, 5, number, new byte[32], 700, 3, 200, 1, List.of(), 1_000);
    }

    private static String print(boolean json) throws Exception {
        FakeContext services = new FakeContext();
        Receipt last = new Receipt(delivery(3), new byte[1], new byte[1], new byte[1], new byte[1]);
        Fork fork = new Fork(last, delivery(2), new byte[1], new byte[1]);
        services.add(
                Receipts.class,
                FakeContext.proxy(
                        Receipts.class,
                        (method, args) -> method.equals("forks") ? List.of(fork) : List.of(last)),
                Map.of());
        ReceiptsCommand command = new ReceiptsCommand();
        command.json = json;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        command.rows(new Services(services.context()))
                .print(new PrintStream(bytes, true, StandardCharsets.UTF_8), json);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void showsEachChain() throws Exception {
        JsonNode row = new ObjectMapper().readTree(print(true)).get(0);
        assertEquals(GIVER.hex(), row.get("giver").asText());
        assertEquals(700, row.get("delivered_bytes").asLong());
        assertEquals(3, row.get("number").asLong());
        assertEquals(1, row.get("forks").asLong());
        assertEquals("1970-01-01T00:00:01Z", row.get("at").asText());
        assertTrue(print(false).contains(TAKER.shortName()));
    }
}
