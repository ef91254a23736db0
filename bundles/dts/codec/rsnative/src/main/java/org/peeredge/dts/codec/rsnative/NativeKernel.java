// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Schedule;
import org.peeredge.dts.coding.Slots;

/**
 * The kernel by a library in C, which has the instructions that Java does not: above all GFNI,
 * which multiplies 64 bytes at once. What the library may read and write is checked here, once for
 * each call. After {@link #close}, calls are an {@code IllegalStateException}.
 */
public final class NativeKernel implements Gf256Kernel, AutoCloseable {
    /** The form that any CPU has; plain Java is faster. */
    private static final String PORTABLE = "portable";

    /** What a call of {@link #dot} hands over, off the heap; kept for the next one. */
    private record Scratch(MemorySegment srcAt, MemorySegment dstAt, MemorySegment factors) {
        static Scratch of(long rows, long cols) {
            return new Scratch(
                    Memory.allocate(Long.BYTES * cols),
                    Memory.allocate(Long.BYTES * rows),
                    Memory.allocate(rows * cols));
        }

        boolean holds(long rows, long cols) {
            return Long.BYTES * cols <= srcAt.byteSize()
                    && Long.BYTES * rows <= dstAt.byteSize()
                    && rows * cols <= factors.byteSize();
        }
    }

    private final NativeLibrary library;
    private final Functions functions;
    private final String form;
    private final Gf256Kernel plain = Gf256Kernels.plain();
    private final Gate gate = new Gate();
    private final AtomicReference<@Nullable Scratch> spare = new AtomicReference<>();

    private NativeKernel(NativeLibrary library) {
        this.library = library;
        functions = new Functions(library);
        form = functions.form();
    }

    /**
     * Loads the library and tries it.
     *
     * @throws UnsupportedOperationException with the reason when this machine cannot have it, or
     *     its results are not those of the plain kernel
     */
    public static NativeKernel open() {
        NativeKernel kernel = load();
        String wrong =
                kernel.form.equals(PORTABLE)
                        ? "this CPU has no instructions that its library knows"
                        : SelfTest.run(kernel);
        if (!wrong.isEmpty()) {
            kernel.close();
            throw new UnsupportedOperationException(wrong);
        }
        return kernel;
    }

    /** Loads the library and does not try it. */
    static NativeKernel load() {
        NativeLibrary library = NativeLibrary.load();
        try {
            return new NativeKernel(library);
        } catch (UnsupportedOperationException e) {
            library.close();
            throw e;
        } catch (IllegalCallerException | LinkageError e) {
            library.close();
            throw new UnsupportedOperationException("its library cannot be called: " + e, e);
        }
    }

    /** Takes a form by its number, from 0 on; false when it is not to be had. For tests. */
    boolean choose(int number) {
        int at = gate.enter();
        try {
            return functions.choose(number);
        } finally {
            gate.leave(at);
        }
    }

    @Override
    public String name() {
        return "native-" + form;
    }

    @Override
    public void xor(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n) {
        check(dst, dstAt, n);
        check(src, srcAt, n);
        int at = gate.enter();
        try {
            functions.xor(dst, dstAt, src, srcAt, n);
        } finally {
            gate.leave(at);
        }
    }

    @Override
    public void mulAdd(
            MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n, int factor) {
        check(dst, dstAt, n);
        check(src, srcAt, n);
        int at = gate.enter();
        try {
            functions.mulAdd(dst, dstAt, src, srcAt, n, factor);
        } finally {
            gate.leave(at);
        }
    }

    @Override
    public void mul(MemorySegment dst, long dstAt, long n, int factor) {
        check(dst, dstAt, n);
        int at = gate.enter();
        try {
            functions.mul(dst, dstAt, n, factor);
        } finally {
            gate.leave(at);
        }
    }

    @Override
    public void dot(
            byte[] factors,
            int rows,
            int cols,
            MemorySegment src,
            long[] srcAt,
            MemorySegment dst,
            long[] dstAt,
            long n) {
        Objects.checkFromIndexSize(0L, (long) rows * cols, factors.length);
        for (int j = 0; j < cols; j++) {
            check(src, srcAt[j], n);
        }
        for (int i = 0; i < rows; i++) {
            check(dst, dstAt[i], n);
        }
        int at = gate.enter();
        try {
            Scratch here = spare.getAndSet(null);
            Scratch mine = here != null && here.holds(rows, cols) ? here : Scratch.of(rows, cols);
            MemorySegment.copy(srcAt, 0, mine.srcAt, ValueLayout.JAVA_LONG, 0, cols);
            MemorySegment.copy(dstAt, 0, mine.dstAt, ValueLayout.JAVA_LONG, 0, rows);
            MemorySegment.copy(factors, 0, mine.factors, ValueLayout.JAVA_BYTE, 0, rows * cols);
            functions.dot(mine.factors, rows, cols, src, mine.srcAt, dst, mine.dstAt, n);
            spare.set(mine);
        } finally {
            gate.leave(at);
        }
    }

    /** In plain Java: the codec of this bundle has no schedules. */
    @Override
    public void run(Schedule schedule, Slots slots, long n) {
        plain.run(schedule, slots, n);
    }

    /** Unlike an address, a segment that goes to the library is held there by the linker. */
    private static void check(MemorySegment segment, long at, long n) {
        Objects.checkFromIndexSize(at, n, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("memory on the heap has no address");
        }
    }

    /** Waits for calls to end and unloads the library; safe to repeat. */
    @Override
    public void close() {
        if (gate.shut()) {
            spare.set(null);
            library.close();
        }
    }
}
