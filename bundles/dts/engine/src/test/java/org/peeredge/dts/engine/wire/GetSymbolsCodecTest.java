// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;

/** The short way writes and reads what the general one does. */
class GetSymbolsCodecTest {
    private final CBORFactory cbor = new CBORFactory();

    private byte[] general(Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {Limits.VERSION, Types.GET_SYMBOLS, 0, 0});
        try (CborWriter out = new CborWriter(cbor.createGenerator(bytes))) {
            MessageWriter.write(message, new byte[0], out);
        }
        return bytes.toByteArray();
    }

    private static Message.GetSymbols random(SplittableRandom random) {
        CodecId codec =
                new CodecId(
                        random.nextBoolean() ? "none" : "raptorq",
                        1 + random.nextInt(1 << random.nextInt(10)),
                        random.nextInt(1 << random.nextInt(10)) - 1,
                        1 + random.nextInt(1 << random.nextInt(10)));
        byte[] proof = new byte[random.nextInt(1 << random.nextInt(11))];
        random.nextBytes(proof);
        return new Message.GetSymbols(
                random.nextBoolean() ? Samples.DIGEST : Samples.LONG_DIGEST,
                random.nextInt(1 << random.nextInt(20)),
                codec,
                random.nextInt(1 << random.nextInt(24)),
                1 + random.nextInt(64),
                proof);
    }

    @Test
    void theBytesAreThoseOfTheGeneralWriterAndComeBack() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 5000; i++) {
            Message.GetSymbols message = random(random);
            Message.GetSymbols ahead = background(message);
            assertArrayEquals(general(ahead), Samples.bytes(GetSymbolsCodec.encode(ahead)));
            ByteBuffer frame = GetSymbolsCodec.encode(message);
            assertArrayEquals(general(message), Samples.bytes(frame), message::toString);
            Message.GetSymbols back = GetSymbolsCodec.decode(frame);
            assertNotNull(back, message::toString);
            assertEquals(Samples.text(message), Samples.text(back));
        }
    }

    private static Message.GetSymbols background(Message.GetSymbols m) {
        return new Message.GetSymbols(
                m.digest(),
                m.group(),
                m.codec(),
                m.first(),
                m.count(),
                m.authorisation(),
                true,
                false);
    }

    @Test
    void whatIsReadTheShortWayIsWhatTheGeneralReaderReads() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Samples.bytes(GetSymbolsCodec.encode(random(random)));
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bytes[random.nextInt(4, bytes.length)] = (byte) random.nextInt();
            }
            Message.GetSymbols got = GetSymbolsCodec.decode(ByteBuffer.wrap(bytes));
            if (got != null) {
                byte[] body = Arrays.copyOfRange(bytes, Limits.PREFIX_BYTES, bytes.length);
                Message general =
                        MessageReader.read(Types.GET_SYMBOLS, cbor.createParser(body), new byte[0])
                                .orElseThrow();
                assertEquals(Samples.text(general), Samples.text(got));
                read++;
            }
        }
        assertTrue(read > 1000, "too few to say anything: " + read);
    }

    @Test
    void allElseIsLeftToTheGeneralReader() throws IOException {
        byte[] whole = general(random(new SplittableRandom(5)));
        for (int n = Limits.PREFIX_BYTES; n < whole.length; n++) {
            assertNull(GetSymbolsCodec.decode(ByteBuffer.wrap(whole, 0, n)), "cut at " + n);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertNull(GetSymbolsCodec.decode(ByteBuffer.wrap(longer)));
    }
}
