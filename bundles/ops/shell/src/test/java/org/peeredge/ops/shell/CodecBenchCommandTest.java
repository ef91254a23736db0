// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.kernel.api.Clock;

final class CodecBenchCommandTest {
    private final FakeContext context = new FakeContext();

    private String run(CodecBenchCommand command) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            command.run(new Services(context.context()), out);
        } finally {
            assertEquals(0, context.held(), "services not given back");
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String failure(CodecBenchCommand command) {
        return String.valueOf(assertThrows(Exception.class, () -> run(command)).getMessage());
    }

    /**
     * A codec that remembers: any four symbols stand for the block that it made symbols of last.
     */
    private static final class Remembers implements CodecProvider {
        private boolean wrong;
        private byte[] block = new byte[0];

        @Override
        public String type() {
            return "remembers";
        }

        @Override
        public void check(CodecId id) {
            if (id.sourceSymbols() != 4) {
                throw new IllegalArgumentException("k = " + id.sourceSymbols());
            }
        }

        @Override
        public long workingBytes(CodecId id) {
            return 0;
        }

        @Override
        public Encoder prepare(CodecId id, GroupSource group) {
            return new Encoder() {
                @Override
                public void encode(int first, int count, ByteBuffer into) throws IOException {
                    into.put(new byte[count * id.symbolBytes()]);
                    block = new byte[group.sizeBytes()];
                    group.read(0, ByteBuffer.wrap(block));
                }

                @Override
                public void reset(GroupSource next) {
                    assertEquals(group, next);
                }

                @Override
                public void close() {
                    // holds nothing
                }
            };
        }

        @Override
        public Decoder decoder(CodecId id, int groupBytes) {
            return new Decoder() {
                private int here;

                @Override
                public boolean offer(int number, ByteBuffer symbol) {
                    here++;
                    return ready();
                }

                @Override
                public boolean ready() {
                    return here >= 4;
                }

                @Override
                public void recover(ByteBuffer into) {
                    into.put(block);
                    into.put(7, (byte) (block[7] + (wrong ? 1 : 0)));
                }

                @Override
                public void reset(int size) {
                    here = 0;
                }

                @Override
                public void close() {
                    // holds nothing
                }
            };
        }
    }

    @Test
    void measuresCodecsAndRefusesThoseThatComputeWrongly() throws Exception {
        assertTrue(failure(new CodecBenchCommand()).contains("no clock"));
        AtomicLong now = new AtomicLong();
        context.add(
                Clock.class,
                FakeContext.proxy(Clock.class, (method, args) -> now.addAndGet(20_000_000)),
                Map.of());
        assertTrue(failure(new CodecBenchCommand()).contains("no codec is installed"));
        Remembers codec = new Remembers();
        context.add(CodecProvider.class, codec, Map.of("peeredge.type", "remembers"));
        String printed = run(new CodecBenchCommand());
        assertTrue(printed.contains("nothing was remembered: the transfer engine"), printed);
        assertTrue(printed.contains("measuring remembers with k = 4, m = 2"), printed);
        assertTrue(printed.contains("262144"), printed);
        CodecBenchCommand other = new CodecBenchCommand();
        other.type = "rs";
        assertTrue(failure(other).contains("no codec of type 'rs'"));
        CodecBenchCommand asJson = new CodecBenchCommand();
        asJson.json = true;
        JsonNode row = new ObjectMapper().readTree(run(asJson)).get(0);
        // A turn takes 20 ms by this clock: 1,048,576 bytes each.
        assertEquals(52, row.get("encode_mb_s").asInt());
        assertFalse(row.get("remembered").asBoolean());
        codec.wrong = true;
        assertTrue(failure(new CodecBenchCommand()).contains("computes wrongly"));
    }

    private static CompletableFuture<Void> put(Map<String, CodecSpeed> speeds, Object[] args) {
        speeds.put((String) args[0], (CodecSpeed) args[1]);
        return CompletableFuture.allOf();
    }

    @Test
    void remembersTheSpeedOfTheShapeNearestToImageLayers() throws Exception {
        AtomicLong now = new AtomicLong();
        context.add(
                Clock.class,
                FakeContext.proxy(Clock.class, (method, args) -> now.addAndGet(20_000_000)),
                Map.of());
        Remembers codec = new Remembers();
        context.add(CodecProvider.class, codec, Map.of("peeredge.type", "remembers"));
        Map<String, CodecSpeed> remembered = new HashMap<>();
        context.add(
                Codecs.class,
                FakeContext.proxy(
                        Codecs.class,
                        (method, args) ->
                                method.equals("measured") ? put(remembered, args) : List.of()),
                Map.of());
        CodecBenchCommand command = new CodecBenchCommand();
        command.json = true;
        JsonNode rows = new ObjectMapper().readTree(run(command));
        assertEquals(1, rows.size());
        assertTrue(rows.get(0).get("remembered").asBoolean());
        // 1,048,576 bytes in 20 ms.
        assertEquals(Map.of("remembers", new CodecSpeed(52_428_800, 52_428_800)), remembered);
        assertFalse(run(new CodecBenchCommand()).contains("nothing was remembered"));
    }
}
