// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.peeredge.dts.coding.Memory;

/**
 * Vectors at raw addresses, and products by look-up: a table for a linear map of bytes is one
 * vector for the low bits of a byte, whose index wraps, and one for its high ones, which ignores
 * the bits of the next byte that a shift brings along. The species is that of {@code dts.coding}: a
 * second one in a JVM spoils the first.
 */
final class Vectors {
    private static final VectorSpecies<Byte> SPECIES =
            ByteVector.SPECIES_PREFERRED.length() == 64
                    ? ByteVector.SPECIES_512
                    : ByteVector.SPECIES_128;

    /** Bytes of a vector: 64 or 16. */
    static final int WIDTH = SPECIES.length();

    /** Bytes of a table. */
    static final int TABLE = 2 * WIDTH;

    private static final int LOW_BITS = Integer.numberOfTrailingZeros(WIDTH);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** All memory: for addresses that {@link #address} has checked. */
    @SuppressWarnings("restricted") // where it is not allowed the plain kernel is taken
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Vectors() {}

    /**
     * The address of a range that lies inside its segment.
     *
     * @throws IndexOutOfBoundsException when it does not
     * @throws IllegalArgumentException when it is on the heap
     */
    static long address(MemorySegment segment, long at, long n) {
        Objects.checkFromIndexSize(at, n, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("memory on the heap has no address");
        }
        return segment.address() + at;
    }

    static ByteVector load(long address) {
        return ByteVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
    }

    static void store(ByteVector x, long address) {
        x.intoMemorySegment(ALL, address, ORDER);
    }

    static ByteVector zero() {
        return ByteVector.zero(SPECIES);
    }

    static ByteVector add(ByteVector a, ByteVector b) {
        return a.lanewise(VectorOperators.XOR, b);
    }

    /** Where mask has ones the bits of b, elsewhere those of a. */
    static ByteVector blend(ByteVector a, ByteVector b, ByteVector mask) {
        return a.lanewise(VectorOperators.BITWISE_BLEND, b, mask);
    }

    /** sum + map(x), given both vectors of the map's table. */
    static ByteVector addMap(ByteVector sum, ByteVector x, ByteVector low, ByteVector high) {
        ByteVector shifted =
                x.reinterpretAsLongs()
                        .lanewise(VectorOperators.LSHR, LOW_BITS)
                        .reinterpretAsBytes();
        return add(add(sum, x.selectFrom(low)), shifted.selectFrom(high));
    }

    /** sum + map(x), given where the map's table is. */
    static ByteVector addMap(ByteVector sum, ByteVector x, long table) {
        return addMap(sum, x, load(table), load(table + WIDTH));
    }

    /** Writes the table of a linear map of bytes. */
    static void table(MemorySegment tables, long at, IntUnaryOperator map) {
        for (int i = 0; i < WIDTH; i++) {
            int low = map.applyAsInt(i);
            int high = map.applyAsInt(i << LOW_BITS & 0xff);
            tables.set(ValueLayout.JAVA_BYTE, at + i, (byte) low);
            tables.set(ValueLayout.JAVA_BYTE, at + WIDTH + i, (byte) high);
        }
    }

    /** Tables of the products of bytes by 0 to 255, one after another. */
    static MemorySegment products(CantorField field) {
        MemorySegment tables = Memory.allocate(256L * TABLE);
        for (int factor = 0; factor < 256; factor++) {
            int f = factor;
            table(tables, (long) factor * TABLE, x -> field.mul(f, x));
        }
        return tables;
    }
}
