// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernels;

/** Repair symbols go to where a buffer is, whatever buffer it is, and cost no objects. */
class TargetsTest {
    private static final CodecId ID = new CodecId("rs", 5, 3, 1000);
    private static final int BYTES = 3 * 1000;

    private final TestBlock block = TestBlock.random(new SplittableRandom(2), 4990);
    private final Encoder encoder =
            new CauchyCodec(Gf256Kernels.all().getLast()).prepare(ID, block);
    private final ByteBuffer heap = encode(ByteBuffer.allocate(BYTES)).flip();

    private ByteBuffer encode(ByteBuffer into) {
        try {
            encoder.encode(5, 3, into);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return into;
    }

    @Test
    void buffersOfAllKindsGetTheSameBytes() {
        ByteBuffer direct = ByteBuffer.allocateDirect(2 * BYTES);
        ByteBuffer slice = direct.slice(7, BYTES + 5);
        for (int at = 0; at < 6; at++) {
            for (ByteBuffer into : new ByteBuffer[] {direct, slice, direct.duplicate()}) {
                into.clear().position(at).limit(at + BYTES);
                encode(into);
                assertEquals(at + BYTES, into.position());
                assertEquals(heap, into.position(at));
            }
        }
    }

    @Test
    void whatCannotBeWrittenToIsRefused() {
        ByteBuffer readOnly = ByteBuffer.allocateDirect(BYTES).asReadOnlyBuffer();
        assertThrows(ReadOnlyBufferException.class, () -> encode(readOnly));
        assertEquals(0, readOnly.position());
        ByteBuffer gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(BYTES).asByteBuffer();
            assertEquals(heap, encode(gone).flip());
        }
        assertThrows(IllegalStateException.class, () -> encode(gone.clear()));
    }

    @Test
    void blocksAllocateNothingEvenWhereSegmentsAreMadeOfAllKindsOfBuffers() {
        ByteBuffer[] buffers = {
            ByteBuffer.allocateDirect(BYTES), Arena.ofAuto().allocate(BYTES).asByteBuffer()
        };
        ByteBuffer[] others = {ByteBuffer.allocate(9), buffers[0], buffers[1].asReadOnlyBuffer()};
        long sum = 0;
        for (int i = 0; i < 200_000; i++) {
            sum += MemorySegment.ofBuffer(others[i % 3]).byteSize();
        }
        assertTrue(sum > 0);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double least = Double.MAX_VALUE;
        // Vectors are objects until a compiler has the loops.
        for (int round = 0; round < 60 && least >= 1; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2000; i++) {
                encoder.reset(block);
                encode(buffers[i & 1].clear());
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            least = Math.min(least, bytes / 2000.0);
        }
        assertTrue(least < 1, least + " bytes a block");
    }
}
