// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Arithmetic of {@link Gf256} over ranges of memory off the heap: the inner loops of all codes over
 * that field. Ranges are whole or do not overlap. Safe for use by many threads; allocates nothing
 * in steady state. A range outside its segment is an {@code IndexOutOfBoundsException}.
 *
 * <p>{@link Gf256Kernels} knows the one to use.
 */
@ProviderType
public interface Gf256Kernel {
    /** What it is made of, such as {@code vector-512}; for logs. */
    String name();

    /** dst ^= src, {@code n} bytes. */
    void xor(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n);

    /** dst ^= factor * src, {@code n} bytes. */
    void mulAdd(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n, int factor);

    /** dst = factor * dst, {@code n} bytes. */
    void mul(MemorySegment dst, long dstAt, long n, int factor);

    /**
     * A matrix times a vector of ranges: {@code dst[i] = sum of factors[i * cols + j] * src[j]},
     * column-blocked so that what is read again is still in cache.
     *
     * @param factors row-major, {@code rows * cols} of them
     * @param srcAt where in {@code src} each of the {@code cols} ranges starts
     * @param dstAt where in {@code dst} each of the {@code rows} ranges starts
     * @param n bytes in each range
     */
    void dot(
            byte[] factors,
            int rows,
            int cols,
            MemorySegment src,
            long[] srcAt,
            MemorySegment dst,
            long[] dstAt,
            long n);

    /**
     * Runs a schedule on the first {@code n} bytes of all slots.
     *
     * @throws IndexOutOfBoundsException for a slot that is not there, or too many bytes
     */
    void run(Schedule schedule, Slots slots, long n);
}
