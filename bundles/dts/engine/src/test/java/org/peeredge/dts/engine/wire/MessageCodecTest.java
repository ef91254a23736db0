// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each message: good, cut short, wrong length, later fields, random bytes. */
class MessageCodecTest {
    private final MessageCodec codec = new MessageCodec();

    static List<Message> messages() {
        return Samples.messages();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void goodOneComesBack(Message message) {
        ByteBuffer frame = codec.encode(message);
        assertEquals(Samples.text(message), Samples.text(codec.decode(frame).orElseThrow()));
    }

    /** Jackson's reader finds one well-formed map with as many fields as its head says. */
    @ParameterizedTest
    @MethodSource("messages")
    void anotherReaderTakesIt(Message message) throws IOException {
        byte[] frame = Samples.bytes(codec.encode(message));
        int fields = 0;
        try (JsonParser in = new CBORFactory().createParser(frame, 4, frame.length - 4)) {
            assertEquals(JsonToken.START_OBJECT, in.nextToken());
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                fields++;
                in.nextToken();
                in.skipChildren();
            }
            assertEquals(JsonToken.END_OBJECT, in.currentToken());
            assertEquals(null, in.nextToken());
        }
        assertEquals(frame[4] & 31, fields);
    }

    @Test
    void mapsAndListsOfIndefiniteLengthAreRead() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(Samples.bytes(codec.encode(new Message.Have(Samples.DIGEST, List.of()))), 0, 4);
        try (CBORGenerator out = new CBORFactory().createGenerator(frame)) {
            out.writeStartObject();
            out.writeFieldId(0);
            out.writeBinary(Digests.toBytes(Samples.DIGEST));
            out.writeFieldId(7);
            out.writeStartArray();
            out.writeStartObject();
            out.writeEndObject();
            out.writeEndArray();
            out.writeFieldId(1);
            out.writeStartArray();
            out.writeNumber(3);
            out.writeNumber(300_000);
            out.writeEndArray();
            out.writeEndObject();
        }
        assertEquals(
                new Message.Have(Samples.DIGEST, List.of(3, 300_000)),
                codec.decode(ByteBuffer.wrap(frame.toByteArray())).orElseThrow());
    }

    @Test
    void numbersKeepTheirValueAtEachLength() {
        for (int bits = 0; bits < 64; bits++) {
            for (long near = -1; near <= 1; near++) {
                long value = (1L << bits) + near;
                for (long token : new long[] {value, -1 - value}) {
                    ByteBuffer frame = codec.encode(new Message.Ping(token));
                    assertEquals(new Message.Ping(token), codec.decode(frame).orElseThrow());
                }
            }
        }
    }

    @Test
    void whatIsNotWellFormedIsMalformed() {
        byte[][] bodies = {
            {(byte) 0xa1, 0, 0x1c}, // a head of no length
            {(byte) 0xa1, 0, 0x1f}, // a number without an end
            {(byte) 0xa1, 0, 0x1b, -1, -1, -1, -1, -1, -1, -1, -1}, // 64 bits
            {(byte) 0xa1, 9, 0x5f, 0x41, 0, -1}, // a string in parts
            {(byte) 0xa1, 9, -1}, // a break out of place
            {(byte) 0xbf, 0, 1, 9, -1}, // a break for a value
            {(byte) 0xa1, 0, (byte) 0xc1, 1}, // a tag before what is known
            {(byte) 0xa1, 0, 0x61, -1}, // not UTF-8
        };
        for (byte[] body : bodies) {
            byte[] frame = new byte[4 + body.length];
            frame[0] = 1;
            frame[1] = Types.PING;
            System.arraycopy(body, 0, frame, 4, body.length);
            assertThrows(
                    MalformedException.class,
                    () -> codec.decode(ByteBuffer.wrap(frame)),
                    () -> java.util.HexFormat.of().formatHex(body));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void borrowedFrameStaysAsItWas(Message message) {
        ByteBuffer frame = ByteBuffer.allocateDirect(codec.encode(message).remaining());
        frame.put(codec.encode(message)).flip();
        codec.decode(frame);
        assertEquals(codec.encode(message), frame);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void cutShortAtEachByteIsMalformed(Message message) {
        byte[] whole = Samples.bytes(codec.encode(message));
        int step = Math.max(1, whole.length / 2000);
        for (int n = 0; n < whole.length; n += step) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, n);
            assertThrows(MalformedException.class, () -> codec.decode(cut), "cut at " + n);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void tooLongIsMalformed(Message message) {
        byte[] whole = Samples.bytes(codec.encode(message));
        ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(whole, whole.length + 1));
        assertThrows(MalformedException.class, () -> codec.decode(longer));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void wrongVersionIsMalformed(Message message) {
        byte[] whole = Samples.bytes(codec.encode(message));
        whole[0] = 2;
        MalformedException e =
                assertThrows(MalformedException.class, () -> codec.decode(ByteBuffer.wrap(whole)));
        assertEquals("version", e.field());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void unknownFieldsAndFlagsAreSkipped(Message message) throws IOException {
        byte[] frame = withLaterFields(Samples.bytes(codec.encode(message)));
        frame[2] = (byte) 0xff;
        frame[3] = 1;
        Message read = codec.decode(ByteBuffer.wrap(frame)).orElseThrow();
        assertEquals(Samples.text(message), Samples.text(read));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void missingFieldIsMalformed(Message message) {
        byte[] frame = Samples.bytes(codec.encode(message));
        byte[] empty = {frame[0], frame[1], 0, 0, (byte) 0xa0};
        assertThrows(MalformedException.class, () -> codec.decode(ByteBuffer.wrap(empty)));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void flippedBytesAreReadOrRefusedButNeverElse(Message message) {
        byte[] whole = Samples.bytes(codec.encode(message));
        RandomGenerator random = seeded(message.getClass().getName().hashCode());
        for (int i = 0; i < (whole.length > 100_000 ? 50 : 2000); i++) {
            byte[] bad = whole.clone();
            for (int k = random.nextInt(1, 4); k > 0; k--) {
                bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt();
            }
            tolerated(bad);
        }
    }

    @Test
    void unknownTypesAreIgnored() {
        for (int type : new int[] {0, 30, 31, 33, 255}) {
            ByteBuffer frame = ByteBuffer.wrap(new byte[] {1, (byte) type, 0, 0, (byte) 0xa0});
            assertEquals(Optional.empty(), codec.decode(frame));
        }
    }

    @Test
    void randomBytesTakeBoundedMemory() {
        RandomGenerator random = seeded(42);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long most = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] frame = new byte[random.nextInt(0, 600)];
            random.nextBytes(frame);
            if (frame.length >= 5) {
                frame[0] = 1;
                frame[1] = (byte) random.nextInt(0, 23);
                frame[4] = (byte) (0xa0 + random.nextInt(0, 8));
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            tolerated(frame);
            most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
        }
        // A claimed length must not be believed: 600 bytes may cost a buffer, not megabytes.
        assertTrue(most < 2_000_000, "one frame of 600 bytes allocated " + most);
    }

    @Test
    void claimedLengthsAreNotBelieved() {
        byte[][] claims = {
            {1, Types.REVOCATIONS, 0, 0, (byte) 0xa1, 0, 0x5a, 0x7f, -1, -1, -1},
            {1, Types.HAVE, 0, 0, (byte) 0xa1, 1, (byte) 0x9a, 0x7f, -1, -1, -1},
            {1, Types.ASK, 0, 0, (byte) 0xa1, 1, 0x7a, 0x7f, -1, -1, -1},
            {1, Types.PING, 0, 0, (byte) 0xba, 0x7f, -1, -1, -1},
        };
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (byte[] claim : claims) {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThrows(MalformedException.class, () -> codec.decode(ByteBuffer.wrap(claim)));
            long cost = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(cost < 2_000_000, "allocated " + cost);
        }
    }

    @Test
    void deepNestingIsMalformed() {
        byte[] frame = new byte[4000];
        Arrays.fill(frame, (byte) 0x81);
        frame[0] = 1;
        frame[1] = Types.PING;
        frame[4] = (byte) 0xa1;
        frame[5] = 9;
        assertThrows(MalformedException.class, () -> codec.decode(ByteBuffer.wrap(frame)));
    }

    @Test
    void fieldThatComesTwiceIsMalformed() {
        byte[] frame = {1, Types.PING, 0, 0, (byte) 0xa2, 0, 1, 0, 2};
        assertThrows(MalformedException.class, () -> codec.decode(ByteBuffer.wrap(frame)));
    }

    @Test
    void limitsHoldOnBothSides() {
        List<Integer> many = java.util.stream.IntStream.range(0, 1025).boxed().toList();
        ByteBuffer have = codec.encode(new Message.Have(Samples.DIGEST, many));
        assertThrows(MalformedException.class, () -> codec.decode(have));
        ByteBuffer topic = codec.encode(new Message.Ask(1, "t".repeat(65), new byte[0]));
        assertThrows(MalformedException.class, () -> codec.decode(topic));
        byte[] huge = new byte[Limits.MAX_CONTROL_FRAME_BYTES];
        assertThrows(
                IllegalArgumentException.class, () -> codec.encode(new Message.Revocations(huge)));
        BitSet tooMany = new BitSet();
        tooMany.set(2);
        ByteBuffer has =
                codec.encode(
                        new Message.Has(Samples.DIGEST, Holding.PARTIAL, 1000, tooMany, false));
        assertThrows(MalformedException.class, () -> codec.decode(has));
    }

    @Test
    void unknownEnumValuesReadAsTheWeakest() throws IOException {
        byte[] frame =
                Samples.bytes(
                        codec.encode(new Message.Refused(Samples.DIGEST, 1, 1, Refusal.CONFINED)));
        frame[frame.length - 1] = 23;
        Message.Refused read = (Message.Refused) codec.decode(ByteBuffer.wrap(frame)).orElseThrow();
        assertEquals(Refusal.NOT_HELD, read.reason());
    }

    @Test
    void largestPayloadFits() {
        byte[] payload = new byte[Limits.MAX_PAYLOAD_BYTES];
        seeded(7).nextBytes(payload);
        ByteBuffer frame = codec.encode(new Message.Answer(Long.MIN_VALUE, true, payload));
        Message.Answer back = (Message.Answer) codec.decode(frame).orElseThrow();
        assertArrayEquals(payload, back.payload());
        assertTrue(frame.remaining() <= Limits.MAX_CONTROL_FRAME_BYTES);
    }

    private void tolerated(byte[] frame) {
        try {
            codec.decode(ByteBuffer.wrap(frame));
        } catch (MalformedException e) {
            assertFalse(e.field().isEmpty());
        }
    }

    /** The same map with three fields more, one of them nested. */
    private static byte[] withLaterFields(byte[] frame) throws IOException {
        ByteArrayOutputStream extra = new ByteArrayOutputStream();
        try (CBORGenerator out = new CBORFactory().createGenerator(extra)) {
            out.writeStartObject(null, 3);
            out.writeFieldId(20);
            out.writeString("later");
            out.writeFieldId(1000);
            out.writeStartArray(null, 2);
            out.writeNumber(1.5);
            out.writeBinary(new byte[300]);
            out.writeEndArray();
            out.writeFieldName("named");
            out.writeNull();
            out.writeEndObject();
        }
        byte[] more = extra.toByteArray();
        byte[] both = Arrays.copyOf(frame, frame.length + more.length - 1);
        System.arraycopy(more, 1, both, frame.length, more.length - 1);
        both[4] = (byte) (both[4] + 3);
        return both;
    }

    private static RandomGenerator seeded(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
