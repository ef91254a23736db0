// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

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
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;

/** The same bytes as ISA-L's Cauchy codes; README.md beside the file says where it comes from. */
class CauchyVectorsTest {
    private static JsonNode cases() throws IOException {
        try (var in = CauchyVectorsTest.class.getResourceAsStream("isal_rs_gf256.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in)).get("cases");
        }
    }

    private static byte[] hex(JsonNode of, String field) {
        return HexFormat.of().parseHex(of.get(field).asText());
    }

    @Test
    void repairSymbolsAreThoseOfIsaL() throws IOException {
        int seen = 0;
        for (JsonNode one : cases()) {
            int k = one.get("k").asInt();
            int m = one.get("m").asInt();
            if (!one.get("matrix").asText().equals("gf_gen_cauchy1_matrix")) {
                continue;
            }
            seen++;
            assertArrayEquals(hex(one, "coef"), new CauchyMatrix(k, m).repairs());
            for (Gf256Kernel kernel : Gf256Kernels.all()) {
                check(one, new CauchyCodec(kernel), k, m);
            }
        }
        assertEquals(6, seen, "cases with the Cauchy matrix");
    }

    private static void check(JsonNode one, CauchyCodec codec, int k, int m) throws IOException {
        int t = one.get("T").asInt();
        CodecId id = new CodecId("rs", k, m, t);
        TestBlock block = new TestBlock(hex(one, "source"));
        ByteBuffer parity = ByteBuffer.allocate(m * t);
        try (Encoder encoder = codec.prepare(id, block)) {
            encoder.encode(k, m, parity);
        }
        assertArrayEquals(hex(one, "parity"), parity.array(), one.get("id").asText());
        int erased = one.get("erased_first").asInt();
        try (Decoder decoder = codec.decoder(id, block.sizeBytes())) {
            for (int i = erased; i < erased + k; i++) {
                ByteBuffer symbol =
                        i < k
                                ? block.bytes().slice(i * t, t)
                                : parity.duplicate().slice((i - k) * t, t);
                decoder.offer(i, symbol);
            }
            ByteBuffer into = ByteBuffer.allocate(k * t);
            decoder.recover(into);
            assertEquals(block.bytes(), into.flip(), one.get("id").asText());
        }
        // The largest code's are left out of the file.
        if (hex(one, "decode_rows").length > 0) {
            decodeRows(one, k, m, erased);
        }
    }

    /** Our factors by Lagrange's formula are ISA-L's inverse of the matrix. */
    private static void decodeRows(JsonNode one, int k, int m, int erased) {
        int[] wanted = new int[Math.min(erased, k)];
        int[] from = new int[k];
        for (int i = 0; i < k; i++) {
            from[i] = erased + i;
        }
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = i;
        }
        byte[] factors = new byte[wanted.length * k];
        new CauchyMatrix(k, m).factors(wanted, wanted.length, from, new int[k], factors);
        assertArrayEquals(hex(one, "decode_rows"), factors, one.get("id").asText());
    }
}
