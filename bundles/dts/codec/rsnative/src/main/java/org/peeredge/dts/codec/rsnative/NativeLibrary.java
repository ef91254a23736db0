// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/**
 * The library that the bundle carries, loaded from a copy that only this user can read or change
 * and that is gone once it is loaded: the file system drops its bytes when the library is unloaded.
 */
final class NativeLibrary implements AutoCloseable {
    private static final String FILE = "libpeeredge_gf256.so";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Arena arena;
    private final SymbolLookup symbols;

    private NativeLibrary(Arena arena, SymbolLookup symbols) {
        this.arena = arena;
        this.symbols = symbols;
    }

    /** Where in the bundle the library for this machine is, if it has one. */
    static String resource() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "");
        return "/native/" + os + "-" + (machine.equals("amd64") ? "x86_64" : machine) + "/" + FILE;
    }

    /**
     * Loads it.
     *
     * @throws UnsupportedOperationException with the reason when that cannot be
     */
    static NativeLibrary load() {
        try (InputStream in = NativeLibrary.class.getResourceAsStream(resource())) {
            if (in == null) {
                throw new UnsupportedOperationException(
                        "the bundle was built without a library " + resource());
            }
            Path copy = Files.createTempFile("peeredge-gf256-", ".so", OWNER_ONLY);
            try {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
                return open(copy);
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw new UnsupportedOperationException("its library cannot be copied: " + e, e);
        }
    }

    @SuppressWarnings("restricted") // the library is ours, and leave is asked for
    private static NativeLibrary open(Path file) {
        Arena arena = Arena.ofShared();
        try {
            return new NativeLibrary(arena, SymbolLookup.libraryLookup(file, arena));
        } catch (IllegalArgumentException | IllegalCallerException e) {
            arena.close();
            throw new UnsupportedOperationException(
                    "its library cannot be loaded from " + file.getParent() + ": " + e, e);
        }
    }

    /**
     * The address of a function, valid until {@link #close}: who calls it must see to that.
     *
     * @throws UnsupportedOperationException when the library does not have it
     */
    MemorySegment function(String name) {
        MemorySegment symbol =
                symbols.find("peeredge_gf256_" + name)
                        .orElseThrow(() ->
                                new UnsupportedOperationException(
                                        "its library has no function " + name));
        // Without the arena: with it, all calls of all threads would count up and down in it.
        return MemorySegment.ofAddress(symbol.address());
    }

    /** Unloads it. */
    @Override
    public void close() {
        arena.close();
    }
}
