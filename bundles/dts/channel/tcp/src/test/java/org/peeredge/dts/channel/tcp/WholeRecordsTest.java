// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WholeRecordsTest {
    private static final int PACKET = 1448;

    private final List<Integer> asked = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new WholeRecords((socket, bytes) -> asked.add(bytes)));

    private static byte[] record(int bytes) {
        byte[] record = new byte[WholeRecords.HEAD_BYTES + bytes];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (bytes >> 8);
        record[4] = (byte) bytes;
        return record;
    }

    /** One wake: as many reads as given, then the end of reading. */
    private void wake(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        ByteBuf passed = channel.readInbound();
        byte[] same = new byte[passed.readableBytes()];
        passed.readBytes(same);
        passed.release();
        assertArrayEquals(bytes, same, "what is read goes on unchanged");
    }

    private static byte[] cut(byte[] from, int at, int bytes) {
        return java.util.Arrays.copyOfRange(from, at, Math.min(from.length, at + bytes));
    }

    @Test
    void theRestOfARecordIsWaitedFor() {
        byte[] record = record(Framing.RECORD_BYTES + 17);
        wake(cut(record, 0, PACKET));
        wake(cut(record, PACKET, record.length));
        assertEquals(List.of(record.length - PACKET, 1), asked);
    }

    @Test
    void aHeadThatIsCutIsFound() {
        byte[] record = record(Framing.RECORD_BYTES);
        for (int at = 1; at < WholeRecords.HEAD_BYTES; at++) {
            asked.clear();
            wake(cut(record, 0, at));
            wake(cut(record, at, PACKET));
            wake(cut(record, at + PACKET, record.length));
            assertEquals(List.of(record.length - at - PACKET, 1), asked, "cut at " + at);
        }
    }

    @Test
    void shortRecordsAndLargeReadsAskNothing() {
        wake(record(300));
        wake(cut(record(3000), 0, PACKET));
        wake(new byte[3005 - PACKET]);
        byte[] many = new byte[8 * Framing.RECORD_BYTES];
        byte[] record = record(Framing.RECORD_BYTES);
        for (int at = 0; at < many.length; at += record.length) {
            System.arraycopy(record, 0, many, at, Math.min(record.length, many.length - at));
        }
        wake(many);
        assertEquals(List.of(), asked);
    }

    /** However the stream is cut, no more is waited for than the record in hand still needs. */
    @Test
    void neverMoreThanTheRest() {
        Random random = new Random(5);
        for (int run = 0; run < 200; run++) {
            byte[] record = record(1 + random.nextInt(Framing.RECORD_BYTES + 256));
            for (int at = 0; at < record.length; ) {
                int bytes = 1 + random.nextInt(2 * PACKET);
                asked.clear();
                wake(cut(record, at, bytes));
                at += bytes;
                for (int ask : asked) {
                    assertEquals(ask == 1 ? 1 : record.length - at, ask, "run " + run);
                }
            }
        }
    }

    /** What is no record: TLS ends the connection, and until then nothing is waited for in vain. */
    @Test
    void noiseIsBounded() {
        byte[] noise = new byte[64];
        java.util.Arrays.fill(noise, (byte) 0xff);
        wake(noise);
        assertEquals(List.of(Framing.RECORD_BYTES + 256 - (64 - WholeRecords.HEAD_BYTES)), asked);
    }
}
