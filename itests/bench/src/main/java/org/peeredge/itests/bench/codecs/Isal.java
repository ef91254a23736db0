// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import org.peeredge.dts.coding.Memory;

/** Debian's ISA-L, as its users call it: whole shards, tables made once. */
final class Isal {
    static final String LIBRARY = "libisal.so.2";

    private final MethodHandle encodeData;
    private final int bytes;
    private final int k;
    private final int m;
    private final MemorySegment tables;
    private final MemorySegment content;
    private final MemorySegment repairs;
    private final MemorySegment sources;
    private final MemorySegment targets;

    /** Whether this machine has it. */
    @SuppressWarnings("restricted")
    static boolean there() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(LIBRARY, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Encodes one block, and checks it. */
    @SuppressWarnings("restricted") // forks have the leave that nodes have
    Isal(Code code) {
        SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        bytes = code.symbolBytes();
        k = code.k();
        m = code.m();
        encodeData =
                function(
                        library,
                        "ec_encode_data",
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        ADDRESS,
                        ADDRESS);
        MethodHandle matrix =
                function(library, "gf_gen_cauchy1_matrix", ADDRESS, JAVA_INT, JAVA_INT);
        MethodHandle initTables =
                function(library, "ec_init_tables", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        content = new Content(1, code.blockBytes()).next().memory().orElseThrow();
        repairs = Memory.allocate((long) m * bytes);
        MemorySegment coefficients = Memory.allocate((long) (k + m) * k);
        tables = Memory.allocate(32L * k * m);
        sources = pointers(content, k);
        targets = pointers(repairs, m);
        try {
            matrix.invokeExact(coefficients, k + m, k);
            initTables.invokeExact(k, m, coefficients.asSlice((long) k * k), tables);
        } catch (Throwable e) {
            throw new IllegalStateException("ISA-L cannot be called", e);
        }
        encode();
        Coding.mustBeOurs(code, repairs.asByteBuffer());
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
    }

    /** Where each symbol starts, for C. */
    private MemorySegment pointers(MemorySegment symbols, int count) {
        MemorySegment all = Memory.allocate(count * ADDRESS.byteSize());
        for (int i = 0; i < count; i++) {
            all.setAtIndex(ADDRESS, i, symbols.asSlice((long) i * bytes, bytes));
        }
        return all;
    }

    void encode() {
        try {
            encodeData.invokeExact(bytes, k, m, tables, sources, targets);
        } catch (Throwable e) {
            throw new IllegalStateException("ISA-L failed", e);
        } finally {
            // C has addresses only.
            Reference.reachabilityFence(content);
            Reference.reachabilityFence(repairs);
        }
    }
}
