// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class StallStreamTest {
    private static final int CHUNK = 1448;

    /** An upstream that sends a chunk whenever it is asked, until its bytes are sent. */
    private static final class Source implements Flow.Subscription {
        private final StallStream to;
        private final byte[] bytes;
        int sent;
        boolean cancelled;

        Source(StallStream to, byte[] bytes) {
            this.to = to;
            this.bytes = bytes;
        }

        @Override
        public void request(long n) {
            if (cancelled || sent == bytes.length) {
                return;
            }
            int from = sent;
            sent = Math.min(bytes.length, from + CHUNK);
            to.onNext(List.of(ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, sent))));
            if (sent == bytes.length) {
                to.onComplete();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void givesAllBytesAndAsksForNoMoreThanIsTaken() throws IOException {
        byte[] bytes = random(1 << 20);
        StallStream stream = new StallStream(Duration.ofSeconds(10));
        Source source = new Source(stream, bytes);
        stream.onSubscribe(source);
        assertTrue(source.sent < (64 << 10) + CHUNK, "sent " + source.sent);
        byte[] read = new byte[bytes.length];
        int some = stream.readNBytes(read, 0, 100_000);
        assertTrue(source.sent < some + (64 << 10) + CHUNK, "sent " + source.sent);
        stream.readNBytes(read, some, read.length - some);
        assertArrayEquals(bytes, read);
        assertEquals(-1, stream.read());
    }

    @Test
    void whatTricklesInIsGivenAfterAWhile() throws IOException {
        StallStream stream = new StallStream(Duration.ofSeconds(10));
        stream.onSubscribe(new Source(stream, new byte[0]));
        stream.onNext(List.of(ByteBuffer.wrap(new byte[10])));
        assertEquals(10, stream.read(new byte[1000]));
    }

    @Test
    void silenceEndsIt() {
        StallStream stream = new StallStream(Duration.ofMillis(50));
        Source source = new Source(stream, new byte[0]);
        stream.onSubscribe(source);
        IOException e = assertThrows(IOException.class, stream::read);
        assertTrue(e.toString().contains("sent nothing"), e::toString);
        assertTrue(source.cancelled);
    }

    @Test
    void aFailureIsToldAfterWhatCameBeforeIt() throws IOException {
        StallStream stream = new StallStream(Duration.ofSeconds(10));
        stream.onSubscribe(new Source(stream, new byte[0]));
        stream.onNext(List.of(ByteBuffer.wrap(new byte[10])));
        stream.onError(new IOException("reset"));
        assertEquals(10, stream.read(new byte[1000]));
        IOException e = assertThrows(IOException.class, stream::read);
        assertTrue(e.toString().contains("reset"), e::toString);
    }

    @Test
    void closingWakesTheReader() throws InterruptedException {
        StallStream stream = new StallStream(Duration.ofSeconds(60));
        stream.onSubscribe(new Source(stream, new byte[0]));
        Thread reader =
                Thread.ofVirtual().start(() -> assertThrows(IOException.class, stream::read));
        stream.close();
        assertTrue(reader.join(Duration.ofSeconds(10)));
    }
}
