// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;

/** The same as other implementations; README.md beside the file says where it comes from. */
class RaptorqVectorsTest {
    private static JsonNode vectors(String field) throws IOException {
        try (var in = RaptorqVectorsTest.class.getResourceAsStream("raptorq_rfc6330.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in)).get(field);
        }
    }

    private static int number(JsonNode of, String field) {
        return of.get(field).asInt();
    }

    private static byte[] hex(JsonNode node) {
        return HexFormat.of().parseHex(node.asText());
    }

    @Test
    void randomNumbers() throws IOException {
        for (JsonNode one : vectors("rand")) {
            int y = (int) one.get("y").asLong();
            int rand = Rand.rand(y, number(one, "i"), number(one, "m"));
            assertEquals(number(one, "rand"), rand, one.toString());
        }
    }

    @Test
    void tuples() throws IOException {
        for (JsonNode one : vectors("tuples")) {
            Parameters parameters = Parameters.of(number(one, "Kprime"));
            assertEquals(number(one, "P1"), parameters.p1(), one.toString());
            Tuple tuple = new Tuple(parameters);
            tuple.set(number(one, "X"));
            assertEquals(number(one, "d"), tuple.d, one.toString());
            assertEquals(number(one, "a"), tuple.a, one.toString());
            assertEquals(number(one, "b"), tuple.b, one.toString());
            assertEquals(number(one, "d1"), tuple.d1, one.toString());
            assertEquals(number(one, "a1"), tuple.a1, one.toString());
            assertEquals(number(one, "b1"), tuple.b1, one.toString());
        }
    }

    @Test
    void parametersAndRepairSymbols() throws IOException {
        for (Gf256Kernel kernel : Gf256Kernels.all()) {
            RaptorqCodec codec = new RaptorqCodec(kernel);
            for (JsonNode one : vectors("symbols")) {
                repairSymbols(codec, one);
            }
        }
    }

    private static void repairSymbols(RaptorqCodec codec, JsonNode one) throws IOException {
        int k = number(one, "K");
        int t = number(one, "T");
        String name = one.get("id").asText();
        Parameters parameters = Parameters.of(k);
        assertEquals(number(one, "Kprime"), parameters.kPrime(), name);
        assertEquals(number(one, "L"), parameters.l(), name);
        assertEquals(number(one, "S"), parameters.s(), name);
        assertEquals(number(one, "H"), parameters.h(), name);
        assertEquals(number(one, "W"), parameters.w(), name);
        assertEquals(number(one, "P"), parameters.p(), name);
        assertEquals(number(one, "J"), parameters.j(), name);
        ObjectTransmissionInformation information =
                new ObjectTransmissionInformation((long) k * t, t, 1, 1, 1);
        assertArrayEquals(hex(one.get("oti")), information.toBytes(), name);
        TestBlock block = TestBlock.of(one.get("seed").asLong(), k * t);
        try (Encoder encoder = codec.prepare(TestBlock.id(k, t), block)) {
            for (JsonNode repair : one.get("repair")) {
                int esi = repair.get(0).asInt();
                byte[] symbol = TestBlock.symbol(encoder, esi, t).array();
                assertArrayEquals(hex(repair.get(1)), symbol, name + " " + esi);
            }
        }
    }

    @Test
    void objects() throws IOException {
        RaptorqCodec codec = new RaptorqCodec(Gf256Kernels.all().getLast());
        for (JsonNode one : vectors("objects")) {
            int length = number(one, "transfer_length");
            int mtu = number(one, "mtu");
            int unit = mtu < 64 ? 1 : 8;
            ObjectTransmissionInformation information =
                    ObjectTransmissionInformation.derive(length, mtu, unit, unit, 10 << 20);
            String name = information.toString();
            assertArrayEquals(hex(one.get("oti")), information.toBytes(), name);
            assertEquals(information, ObjectTransmissionInformation.of(hex(one.get("oti"))), name);
            assertEquals(number(one, "T"), information.symbolBytes(), name);
            assertEquals(number(one, "Z"), information.sourceBlocks(), name);
            assertEquals(number(one, "N"), information.subBlocks(), name);
            assertEquals(number(one, "Al"), information.alignment(), name);
            assertEquals(
                    number(one, "packets_total_with_2_repair_per_block"),
                    information.symbols() + 2 * information.sourceBlocks(),
                    name);
            byte[] object = TestBlock.of(one.get("seed").asLong(), length).bytes();
            ObjectBlocks blocks = new ObjectBlocks(information);
            for (JsonNode packet : one.get("last_two_packets")) {
                packet(codec, blocks, object, hex(packet));
            }
        }
    }

    private static void packet(
            RaptorqCodec codec, ObjectBlocks blocks, byte[] object, byte[] packet)
            throws IOException {
        int block = packet[0] & 0xff;
        int esi = ByteBuffer.wrap(packet).getInt() & 0xff_ffff;
        CodecId id = blocks.id(block);
        assertEquals(id.symbolBytes(), packet.length - 4);
        try (Encoder encoder =
                codec.prepare(
                        id,
                        blocks.source(
                                block,
                                (at, into) -> into.put(object, (int) at, into.remaining())))) {
            byte[] symbol = TestBlock.symbol(encoder, esi, id.symbolBytes()).array();
            assertEquals(
                    HexFormat.of().formatHex(packet, 4, packet.length),
                    HexFormat.of().formatHex(symbol),
                    "block " + block + " symbol " + esi);
        }
    }
}
