// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.peeredge.dts.coding.Memory;

/** What tests of the library share. */
final class Natives {
    /** More than any machine has forms. */
    static final int FORMS = 8;

    private Natives() {}

    /** A kernel; where the bundle was built without a compiler the test is skipped. */
    static NativeKernel open() {
        assumeBuilt();
        return NativeKernel.open();
    }

    static void assumeBuilt() {
        Assumptions.assumeTrue(
                NativeKernel.class.getResource(NativeLibrary.resource()) != null,
                "the build found no C compiler and made no library " + NativeLibrary.resource());
    }

    static MemorySegment random(int bytes, long seed) {
        byte[] all = new byte[bytes];
        new Random(seed).nextBytes(all);
        MemorySegment memory = Memory.allocate(bytes);
        MemorySegment.copy(all, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes);
        return memory;
    }
}
