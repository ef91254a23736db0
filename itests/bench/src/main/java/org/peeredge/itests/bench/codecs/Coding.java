// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.Memory;

/** Blocks through one encoder and one decoder. For one thread. */
final class Coding {
    /** Of a rateless code: decoding fails that often with so many symbols more than k: never. */
    private static final int SPARE = 8;

    private final CodecId id;
    private final int repairs;
    private final int spare;
    private final Content content;
    private final Losses losses;
    private final Encoder encoder;
    private final Decoder decoder;
    private final ByteBuffer symbols;
    private final ByteBuffer restored;

    /**
     * Encodes one block and restores it from what is left of it.
     *
     * @param repairs how many repair symbols are made, and how many symbols are lost
     * @throws IllegalStateException when the codec computes wrongly
     */
    Coding(CodecProvider codec, CodecId id, int repairs, Content content, Losses losses) {
        this.id = id;
        this.repairs = repairs;
        this.content = content;
        this.losses = losses;
        spare = id.repairSymbols() < 0 ? SPARE : 0;
        int k = id.sourceSymbols();
        codec.check(id);
        symbols = Memory.allocate((long) (k + repairs + spare) * id.symbolBytes()).asByteBuffer();
        restored = Memory.allocate(content.groupBytes()).asByteBuffer();
        encoder = codec.prepare(id, content.next());
        decoder = codec.decoder(id, content.groupBytes());
        try {
            encoder.encode(0, k + repairs + spare, symbols);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        decode(decoder);
        if (restored.flip().mismatch(content.bytes()) >= 0) {
            throw new IllegalStateException("codec " + id + " computes wrongly");
        }
    }

    /** By the codec of that name, as a node has it. */
    static Coding open(Code code) {
        return open(code, Codecs.make(code.codec(), Codecs.kernel()));
    }

    /** By {@code codec}. */
    static Coding open(Code code, CodecProvider codec) {
        return new Coding(
                codec,
                Codecs.id(code.codec(), code.k(), code.m(), code.symbolBytes()),
                code.m(),
                new Content(code.groups(), code.blockBytes()),
                new Losses(code.k(), code.m()));
    }

    /** All repair symbols of the next block. */
    void encode() {
        try {
            encoder.reset(content.next());
            encoder.encode(id.sourceSymbols(), repairs, repairRoom());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer repairRoom() {
        return symbols.clear().position(id.sourceSymbols() * id.symbolBytes());
    }

    /** A block, from what is left of its symbols when others are lost each time. */
    void decode() {
        decoder.reset(content.groupBytes());
        decode(decoder);
    }

    private void decode(Decoder by) {
        for (int number : losses.next()) {
            offer(by, number);
        }
        for (int i = 0; i < spare && !by.ready(); i++) {
            offer(by, id.sourceSymbols() + repairs + i);
        }
        by.recover(restored.clear());
    }

    private void offer(Decoder by, int number) {
        int at = number * id.symbolBytes();
        by.offer(number, symbols.clear().limit(at + id.symbolBytes()).position(at));
    }

    /** Encodes and decodes the next block by another codec, with nothing that is there already. */
    void once(CodecProvider other) {
        try (Encoder first = other.prepare(id, content.next());
                Decoder then = other.decoder(id, content.groupBytes())) {
            first.encode(id.sourceSymbols(), repairs, repairRoom());
            decode(then);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Refuses a peer's repair symbols that are not those of our codec {@code rs}, which are those
     * of ISA-L.
     */
    static void mustBeOurs(Code code, ByteBuffer repairs) {
        Code same = new Code("rs", code.k(), code.m(), code.symbolBytes());
        Coding rs = open(same, Codecs.make("rs", Gf256Kernels.plain()));
        if (!rs.repairRoom().equals(repairs)) {
            throw new IllegalStateException("the peer computes other symbols than codec rs");
        }
    }
}
