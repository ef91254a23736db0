// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.UpstreamRef;

/** A certificate goes over a channel once, in the hello or with the first claim of a message. */
class ClaimsBodyTest {
    private static final byte[] SENDER = filled(600, 1);
    private static final byte[] OTHER = filled(601, 2);
    private static final byte[] THIRD = filled(602, 3);

    private final MessageCodec codec = new MessageCodec();

    @Test
    void theSendersOwnIsLeftOut() {
        Message.Claims claims = claims(SENDER, OTHER, SENDER, OTHER);
        ByteBuffer whole = codec.encode(claims);
        ByteBuffer frame = codec.encode(claims, SENDER);
        assertEquals(Samples.text(claims), text(whole, new byte[0]));
        assertEquals(Samples.text(claims), text(frame, SENDER));
        assertTrue(frame.remaining() < whole.remaining() - SENDER.length, () -> "" + frame);
        assertTrue(whole.remaining() < 4 * 200 + SENDER.length + OTHER.length, () -> "" + whole);
    }

    /** The key is the same, the certificate is not: the hello's does not do any more. */
    @Test
    void renewedOneIsWritten() {
        Message.Claims claims = claims(THIRD);
        assertEquals(Samples.text(claims), text(codec.encode(claims, SENDER), SENDER));
    }

    /** As on a channel that keeps no order. */
    @Test
    void whatComesBeforeTheHelloIsLeftOut() {
        Message.Claims claims = claims(SENDER, OTHER, SENDER);
        Message.Claims read = read(codec.encode(claims, SENDER), new byte[0]);
        assertEquals(Samples.text(claims(OTHER)), Samples.text(read));
    }

    @Test
    void numberOfNoCertificateIsMalformed() {
        byte[] frame = Samples.bytes(codec.encode(claims(SENDER), SENDER));
        byte[] signature = {0x58, 70};
        int at = frame.length - 70 - signature.length - 1;
        assertEquals(0, frame[at]);
        frame[at] = 1;
        MalformedException e =
                assertThrows(
                        MalformedException.class,
                        () -> codec.decode(ByteBuffer.wrap(frame), SENDER));
        assertEquals("claims.2", e.field());
    }

    private Message.Claims read(ByteBuffer frame, byte[] shown) {
        return (Message.Claims) codec.decode(frame, shown).orElseThrow();
    }

    private String text(ByteBuffer frame, byte[] shown) {
        return Samples.text(read(frame, shown));
    }

    private static Message.Claims claims(byte[]... certificates) {
        return new Message.Claims(
                Samples.DIGEST,
                1 << 20,
                List.of(certificates).stream()
                        .map(c ->
                                new Claim(
                                        new UpstreamRef("r", "x"),
                                        List.of(3),
                                        filled(32, 7),
                                        c,
                                        filled(70, c[0])))
                        .toList());
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
