// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {
    private static final int MAX = 5000;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final List<PooledFrame> frames = new ArrayList<>();
    private final FrameReader reader = new FrameReader(MAX, frames::add);

    @AfterEach
    void allMemoryIsBack() {
        reader.close();
        frames.forEach(PooledFrame::release);
        assertEquals(0, allocator.pinnedDirectMemory());
    }

    private static ByteBuf frame(int length, int value) {
        ByteBuf frame = Unpooled.buffer().writeInt(length);
        for (int i = 0; i < length; i++) {
            frame.writeByte(value);
        }
        return frame;
    }

    @Test
    void framesAreFoundHoweverTheStreamIsCut() {
        SplittableRandom random = new SplittableRandom(5);
        ByteBuf stream = Unpooled.buffer();
        for (int i = 1; i <= 100; i++) {
            stream.writeBytes(frame(i * 50, i));
        }
        while (stream.isReadable()) {
            int part = Math.min(random.nextInt(1, 700), stream.readableBytes());
            assertNull(reader.read(allocator, stream.readSlice(part)));
        }
        assertEquals(100, frames.size());
        for (int i = 1; i <= 100; i++) {
            assertEquals(i * 50, frames.get(i - 1).bytes().remaining());
            assertEquals(i, frames.get(i - 1).bytes().get(i));
        }
    }

    @Test
    void aFrameCutShortIsNotDelivered() {
        assertNull(reader.read(allocator, frame(100, 1).slice(0, 50)));
        assertTrue(frames.isEmpty());
        assertTrue(allocator.pinnedDirectMemory() > 0);
    }

    @Test
    void lengthsOutsideTheLimitsTakeNoMemory() {
        for (int length : new int[] {0, MAX + 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            FrameReader fresh = new FrameReader(MAX, frames::add);
            assertNotNull(fresh.read(allocator, Unpooled.buffer().writeInt(length)));
            assertEquals(0, allocator.pinnedDirectMemory());
        }
        assertNull(reader.read(allocator, frame(MAX, 7)));
        assertEquals(1, frames.size());
    }

    @Test
    void randomBytesEndTheStreamOrStayWithinTheLimit() {
        for (long seed = 0; seed < 1000; seed++) {
            byte[] noise = new byte[200];
            new SplittableRandom(seed).nextBytes(noise);
            FrameReader fresh = new FrameReader(MAX, frames::add);
            if (seed % 2 == 1) {
                fresh.allowParts();
            }
            fresh.read(allocator, Unpooled.wrappedBuffer(noise));
            assertTrue(allocator.pinnedDirectMemory() <= 64 * 1024, "seed " + seed);
            fresh.close();
            frames.forEach(PooledFrame::release);
            frames.clear();
        }
    }

    private static ByteBuf run(int kind, int length) {
        return Unpooled.buffer().writeInt(Framing.head(kind, length));
    }

    @Test
    void wholeFramesStandBetweenTheParts() {
        reader.allowParts();
        ByteBuf stream = run(Framing.FIRST, 3).writeInt(7).writeBytes(new byte[] {1, 2, 3});
        stream.writeBytes(frame(2, 9));
        stream.writeBytes(run(Framing.NEXT, 1)).writeByte(4);
        stream.writeBytes(frame(1, 8));
        stream.writeBytes(run(Framing.NEXT, 3)).writeBytes(new byte[] {5, 6, 7});
        stream.writeBytes(frame(1, 9));
        while (stream.isReadable()) {
            assertNull(reader.read(allocator, stream.readSlice(1)));
        }
        assertEquals(List.of(2, 1, 7, 1), frames.stream().map(f -> f.bytes().remaining()).toList());
        for (int i = 0; i < 7; i++) {
            assertEquals(i + 1, frames.get(2).bytes().get(i));
        }
    }

    @Test
    void partsThatDoNotFitTogetherEndTheStream() {
        List<ByteBuf> bad =
                List.of(
                        run(Framing.NEXT, 1),
                        run(Framing.FIRST, 0),
                        run(Framing.FIRST, MAX + 1),
                        run(Framing.FIRST, 2).writeInt(MAX + 1),
                        run(Framing.FIRST, 2).writeInt(2),
                        run(Framing.FIRST, 2).writeInt(-1),
                        run(3, 1),
                        run(15, 1),
                        run(Framing.FIRST, 1).writeInt(3).writeByte(0).writeInt(Framing.head(1, 1)),
                        run(Framing.FIRST, 1).writeInt(3).writeByte(0).writeInt(Framing.head(2, 3)),
                        run(Framing.FIRST, 1)
                                .writeInt(3)
                                .writeByte(0)
                                .writeInt(Framing.head(2, 0)));
        for (int i = 0; i < bad.size(); i++) {
            FrameReader fresh = new FrameReader(MAX, frames::add);
            fresh.allowParts();
            assertNotNull(fresh.read(allocator, bad.get(i)), "stream " + i);
            fresh.close();
            assertEquals(0, allocator.pinnedDirectMemory(), "stream " + i);
        }
        assertNotNull(reader.read(allocator, run(Framing.FIRST, 1)), "version 1 knows no parts");
    }

    @Test
    void aStreamThatEndsBetweenPartsLeavesNothing() {
        reader.allowParts();
        ByteBuf stream = run(Framing.FIRST, 1).writeInt(7).writeByte(0);
        assertNull(reader.read(allocator, stream.writeBytes(frame(5, 1).slice(0, 6))));
        reader.close();
        assertEquals(0, allocator.pinnedDirectMemory());
    }

    @Test
    void aFrameIsReleasedOnce() {
        assertNull(reader.read(allocator, frame(10, 1)));
        PooledFrame frame = frames.removeFirst();
        frame.release();
        assertThrows(IllegalStateException.class, frame::release);
        assertThrows(IllegalStateException.class, frame::bytes);
    }
}
