// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.rs.CauchyCodec;

/** The same bytes as ISA-L; README.md beside the file in dts/coding says where it comes from. */
class VectorsTest {
    private static final String FILE = "/org/peeredge/dts/coding/rs/isal_rs_gf256.json";

    private static JsonNode cases() throws IOException {
        try (var in = VectorsTest.class.getResourceAsStream(FILE)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in)).get("cases");
        }
    }

    private static byte[] hex(JsonNode of, String field) {
        return HexFormat.of().parseHex(of.get(field).asText());
    }

    private static long[] places(int count, int bytes) {
        return IntStream.range(0, count).mapToLong(i -> (long) i * bytes).toArray();
    }

    private static byte[] product(NativeKernel kernel, byte[] factors, byte[] sources, int bytes) {
        int cols = sources.length / bytes;
        int rows = factors.length / cols;
        MemorySegment src = Memory.allocate(sources.length);
        MemorySegment.copy(sources, 0, src, ValueLayout.JAVA_BYTE, 0, sources.length);
        MemorySegment dst = Memory.allocate((long) rows * bytes);
        kernel.dot(factors, rows, cols, src, places(cols, bytes), dst, places(rows, bytes), bytes);
        return dst.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Both kinds of matrix, in each form; products restore sources as ISA-L's inverse says. */
    @Test
    void productsAreThoseOfIsaL() throws IOException {
        Natives.assumeBuilt();
        int seen = 0;
        try (NativeKernel kernel = NativeKernel.load()) {
            for (int form = 0; form < Natives.FORMS; form++) {
                if (!kernel.choose(form)) {
                    continue;
                }
                for (JsonNode one : cases()) {
                    String what = one.get("id").asText() + ", form " + form;
                    int bytes = one.get("T").asInt();
                    byte[] source = hex(one, "source");
                    byte[] parity = hex(one, "parity");
                    assertArrayEquals(
                            parity, product(kernel, hex(one, "coef"), source, bytes), what);
                    byte[] inverse = hex(one, "decode_rows");
                    if (inverse.length > 0) {
                        byte[] all = Arrays.copyOf(source, source.length + parity.length);
                        System.arraycopy(parity, 0, all, source.length, parity.length);
                        int from = one.get("erased_first").asInt() * bytes;
                        byte[] here = Arrays.copyOfRange(all, from, from + source.length);
                        byte[] restored = product(kernel, inverse, here, bytes);
                        assertArrayEquals(Arrays.copyOf(all, restored.length), restored, what);
                    }
                    seen++;
                }
            }
        }
        assertEquals(0, seen % 10, "each form has 10 cases");
    }

    @Test
    void theCodecsSymbolsAreThoseOfIsaL() throws IOException {
        int seen = 0;
        try (NativeKernel kernel = Natives.open()) {
            for (JsonNode one : cases()) {
                if (one.get("matrix").asText().equals("gf_gen_cauchy1_matrix")) {
                    code(new CauchyCodec(kernel), one);
                    seen++;
                }
            }
        }
        assertEquals(6, seen, "cases with the Cauchy matrix");
    }

    private static void code(CauchyCodec codec, JsonNode one) throws IOException {
        int k = one.get("k").asInt();
        int m = one.get("m").asInt();
        int bytes = one.get("T").asInt();
        CodecId id = new CodecId(CauchyCodec.TYPE, k, m, bytes);
        byte[] source = hex(one, "source");
        ByteBuffer symbols = ByteBuffer.allocate((k + m) * bytes);
        try (Encoder encoder = codec.prepare(id, new Bytes(source))) {
            encoder.encode(0, k + m, symbols);
        }
        assertArrayEquals(
                hex(one, "parity"),
                Arrays.copyOfRange(symbols.array(), k * bytes, (k + m) * bytes),
                one.get("id").asText());
        try (Decoder decoder = codec.decoder(id, source.length)) {
            for (int i = m; i < m + k; i++) {
                decoder.offer(i, symbols.slice(i * bytes, bytes));
            }
            ByteBuffer into = ByteBuffer.allocate(source.length);
            decoder.recover(into);
            assertArrayEquals(source, into.array(), one.get("id").asText());
        }
    }

    private record Bytes(byte[] all) implements GroupSource {
        @Override
        public int sizeBytes() {
            return all.length;
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            into.put(all, offset, into.remaining());
        }
    }
}
