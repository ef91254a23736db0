// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.kernel.api.Clock;

/**
 * Codes a block over and over, with as many of its source symbols lost as the code has repair
 * symbols, until it gets no faster. For one thread.
 */
public final class CodecWarmUp implements AutoCloseable {
    private final CodecId id;
    private final int lost;
    private final ByteBuffer symbols;
    private final ByteBuffer restored;
    private final GroupSource group;
    private final Encoder encoder;
    private final Decoder decoder;

    /**
     * Prepares.
     *
     * @param lost source symbols to be restored, at most k, and at most the repair symbols of a
     *     code of fixed rate
     */
    public CodecWarmUp(CodecProvider codec, CodecId id, int lost) {
        this.id = id;
        this.lost = lost;
        int bytes = id.sourceSymbols() * id.symbolBytes();
        MemorySegment source = Memory.allocate(bytes);
        for (long i = 0; i < bytes; i++) {
            source.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 0x9E3779B1L) >>> 24));
        }
        group =
                new GroupSource() {
                    private final Optional<MemorySegment> memory = Optional.of(source);

                    @Override
                    public int sizeBytes() {
                        return bytes;
                    }

                    @Override
                    public void read(int offset, ByteBuffer into) {
                        into.put(
                                source.asByteBuffer()
                                        .position(offset)
                                        .limit(offset + into.remaining()));
                    }

                    @Override
                    public Optional<MemorySegment> memory() {
                        return memory;
                    }
                };
        symbols = Memory.allocate(bytes).asByteBuffer();
        restored = Memory.allocate(bytes).asByteBuffer();
        encoder = codec.prepare(id, group);
        decoder = codec.decoder(id, bytes);
    }

    /** Codes until it gets no faster, or the thread is interrupted. */
    public void run(Clock clock) {
        WarmUp.run(clock, this::once);
        if (!Thread.currentThread().isInterrupted()
                && restored.clear().mismatch(group.memory().orElseThrow().asByteBuffer()) >= 0) {
            throw new IllegalStateException("codec " + id + " computes wrongly on this machine");
        }
    }

    private void once() {
        try {
            int k = id.sourceSymbols();
            encoder.reset(group);
            encoder.encode(lost, k, symbols.clear());
            decoder.reset(group.sizeBytes());
            int number = lost;
            while (!decoder.ready() && number < lost + k) {
                int at = (number - lost) * id.symbolBytes();
                decoder.offer(number++, symbols.position(at).limit(at + id.symbolBytes()));
                symbols.clear();
            }
            decoder.recover(restored.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Frees the memory. */
    @Override
    public void close() {
        encoder.close();
        decoder.close();
    }
}
