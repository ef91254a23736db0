// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the library's functions by their addresses. Short ones are made without telling the JVM
 * that the thread is outside of it, which takes as long as a product of some hundred bytes; while
 * such a call runs, a garbage collection waits for it. Handles are static so that the JIT compiler
 * knows them.
 */
@SuppressWarnings("restricted") // the library is ours, and leave is asked for
final class Functions {
    /** Products of bytes that take a microsecond or so. */
    private static final long SHORT = 1 << 16;

    private static final FunctionDescriptor XOR_TYPE =
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor MUL_ADD_TYPE = XOR_TYPE.appendArgumentLayouts(JAVA_INT);
    private static final FunctionDescriptor MUL_TYPE =
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor DOT_TYPE =
            FunctionDescriptor.ofVoid(
                    ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CRITICAL = Linker.Option.critical(false);
    private static final MethodHandle XOR = LINKER.downcallHandle(XOR_TYPE);
    private static final MethodHandle XOR_SHORT = LINKER.downcallHandle(XOR_TYPE, CRITICAL);
    private static final MethodHandle MUL_ADD = LINKER.downcallHandle(MUL_ADD_TYPE);
    private static final MethodHandle MUL_ADD_SHORT = LINKER.downcallHandle(MUL_ADD_TYPE, CRITICAL);
    private static final MethodHandle MUL = LINKER.downcallHandle(MUL_TYPE);
    private static final MethodHandle MUL_SHORT = LINKER.downcallHandle(MUL_TYPE, CRITICAL);
    private static final MethodHandle DOT = LINKER.downcallHandle(DOT_TYPE);
    private static final MethodHandle DOT_SHORT = LINKER.downcallHandle(DOT_TYPE, CRITICAL);
    private static final MethodHandle CHOOSE =
            LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FORM = LINKER.downcallHandle(FunctionDescriptor.of(ADDRESS));

    private final MemorySegment xor;
    private final MemorySegment mulAdd;
    private final MemorySegment mul;
    private final MemorySegment dot;
    private final MemorySegment choose;
    private final MemorySegment form;

    Functions(NativeLibrary library) {
        xor = library.function("xor");
        mulAdd = library.function("mul_add");
        mul = library.function("mul");
        dot = library.function("dot");
        choose = library.function("choose");
        form = library.function("form");
    }

    /** Takes a form; false where the CPU or the library does not have it. For tests. */
    boolean choose(int number) {
        try {
            return (int) CHOOSE.invokeExact(choose, number) == 0;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The name of the form in use. */
    String form() {
        try {
            MemorySegment name = (MemorySegment) FORM.invokeExact(form);
            return name.reinterpret(64).getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    void xor(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n) {
        try {
            if (n <= SHORT) {
                XOR_SHORT.invokeExact(xor, dst, dstAt, src, srcAt, n);
            } else {
                XOR.invokeExact(xor, dst, dstAt, src, srcAt, n);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    void mulAdd(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n, int factor) {
        try {
            if (n <= SHORT) {
                MUL_ADD_SHORT.invokeExact(mulAdd, dst, dstAt, src, srcAt, n, factor);
            } else {
                MUL_ADD.invokeExact(mulAdd, dst, dstAt, src, srcAt, n, factor);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    void mul(MemorySegment dst, long dstAt, long n, int factor) {
        try {
            if (n <= SHORT) {
                MUL_SHORT.invokeExact(mul, dst, dstAt, n, factor);
            } else {
                MUL.invokeExact(mul, dst, dstAt, n, factor);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Factors and offsets off the heap as well. */
    void dot(
            MemorySegment factors,
            int rows,
            int cols,
            MemorySegment src,
            MemorySegment srcAt,
            MemorySegment dst,
            MemorySegment dstAt,
            long n) {
        try {
            if ((long) rows * cols * n <= SHORT) {
                DOT_SHORT.invokeExact(dot, factors, rows, cols, src, srcAt, dst, dstAt, n);
            } else {
                DOT.invokeExact(dot, factors, rows, cols, src, srcAt, dst, dstAt, n);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The functions throw nothing; what comes is the linker's refusal of an argument. */
    private static RuntimeException failed(@Nullable Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException refused ? refused : new IllegalStateException(e);
    }
}
