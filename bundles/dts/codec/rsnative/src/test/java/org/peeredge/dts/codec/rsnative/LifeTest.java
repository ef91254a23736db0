// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.peeredge.dts.coding.Memory;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;

/** What loading and closing leave behind: nothing. */
@Timeout(30)
class LifeTest {
    static long mapped() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("peeredge-gf256-")).count();
        }
    }

    private static List<Path> copies() throws IOException {
        List<Path> found = new ArrayList<>();
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "peeredge-gf256-*")) {
            all.forEach(found::add);
        }
        return found;
    }

    @Test
    void hundredLibrariesComeAndGo() throws IOException {
        Natives.assumeBuilt();
        NativeKernel.load().close();
        List<Path> copies = copies();
        long mapped = mapped();
        Residue residue = Residue.now();
        MemorySegment a = Natives.random(1000, 1);
        for (int i = 0; i < 100; i++) {
            try (NativeKernel kernel = NativeKernel.load()) {
                kernel.xor(a, 0, a, 0, 1000);
                assertTrue(mapped() > mapped, "the library is not among what is mapped");
            }
            assertEquals(mapped, mapped(), "mapped after library " + i);
        }
        residue.assertBack();
        assertEquals(copies, copies());
    }

    @Test
    void severalLibrariesAtOnceAreEachTheirOwn() throws IOException {
        Natives.assumeBuilt();
        long mapped = mapped();
        NativeKernel first = NativeKernel.load();
        try (NativeKernel second = NativeKernel.load()) {
            assertTrue(second.choose(0));
            first.close();
            MemorySegment a = Natives.random(64, 1);
            second.xor(a, 0, a, 0, 64);
            assertEquals(-1, a.mismatch(Memory.allocate(64)));
        }
        assertEquals(mapped, mapped());
    }

    @Test
    void callsAfterCloseAreRefused() {
        NativeKernel kernel = Natives.open();
        kernel.close();
        kernel.close();
        MemorySegment a = Memory.allocate(64);
        long[] at = {0};
        assertThrows(IllegalStateException.class, () -> kernel.xor(a, 0, a, 0, 64));
        assertThrows(IllegalStateException.class, () -> kernel.mulAdd(a, 0, a, 0, 64, 2));
        assertThrows(IllegalStateException.class, () -> kernel.mul(a, 0, 64, 2));
        assertThrows(
                IllegalStateException.class, () -> kernel.dot(new byte[1], 1, 1, a, at, a, at, 64));
    }

    /** Threads compute without a pause while the library is closed under them. */
    @Test
    void closeWaitsForCallsAndNoneComesAfter() throws Exception {
        Natives.assumeBuilt();
        try (TestKernel threads = new TestKernel()) {
            ExecutorService pool = threads.threads().newPool("org.peeredge.test", "close", 3, 3);
            for (int round = 0; round < 30; round++) {
                NativeKernel kernel = NativeKernel.load();
                CountDownLatch running = new CountDownLatch(3);
                List<Future<Integer>> all = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    int bytes = t == 0 ? 1 << 20 : 1000;
                    all.add(pool.submit(() -> computeUntilRefused(kernel, bytes, running)));
                }
                assertTrue(running.await(10, TimeUnit.SECONDS));
                kernel.close();
                for (Future<Integer> one : all) {
                    assertTrue(one.get(10, TimeUnit.SECONDS) > 0);
                }
            }
        }
    }

    private static int computeUntilRefused(NativeKernel kernel, int bytes, CountDownLatch running) {
        MemorySegment src = Memory.allocate(2L * bytes);
        MemorySegment dst = Memory.allocate(bytes);
        int calls = 0;
        try {
            while (true) {
                kernel.dot(
                        new byte[] {3, 4},
                        1,
                        2,
                        src,
                        new long[] {0, bytes},
                        dst,
                        new long[1],
                        bytes);
                kernel.mulAdd(dst, 0, src, 0, bytes, 9);
                if (calls++ == 0) {
                    running.countDown();
                }
            }
        } catch (IllegalStateException refused) {
            assertEquals("the native kernel is closed", refused.getMessage());
            return calls;
        }
    }
}
