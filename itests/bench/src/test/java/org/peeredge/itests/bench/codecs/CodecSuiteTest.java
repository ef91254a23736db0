// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.itests.bench.codecs.CodecSuite.Asked;

class CodecSuiteTest {
    @Test
    void rowsAndRoundsAreAskedFor() {
        assertEquals(new Asked(1, Set.of("rs")), Asked.of(List.of("--rounds", "1", "rs")));
        Asked all = Asked.of(List.of());
        assertEquals(3, all.rounds());
        assertTrue(all.wants("rs") && all.wants(Reception.ROW));
        assertFalse(all.wants(Curves.ROW), "it takes as long as all others");
        assertTrue(Asked.of(List.of("curve")).wants(Curves.ROW));
    }

    @Test
    void whatIsNotKnownIsRefusedWithWhatIs() {
        refused("reception", "rx");
        refused("a number from 1", "--rounds");
        refused("a number from 1", "--rounds", "0");
    }

    private static void refused(String why, String... words) {
        Throwable thrown =
                assertThrows(IllegalArgumentException.class, () -> Asked.of(List.of(words)));
        String said = String.valueOf(thrown.getMessage());
        assertTrue(said.contains(why), said);
    }

    @Test
    void theNativeFloorDependsOnTheCpu() {
        assertEquals(">= 2.0", mustOfNative("native-gfni512"));
        assertEquals(">= 1.0", mustOfNative("native-avx2"));
    }

    private static String mustOfNative(String form) {
        return Table.lines(form).stream()
                .filter(line -> line.row().equals(Codecs.NATIVE))
                .findFirst()
                .orElseThrow()
                .must();
    }

    @Test
    void blocksAreCodedAndCheckedByEachCodecInJava() {
        for (String codec : List.of("rs", "fft", "raptorq")) {
            Code code = new Code(codec, 16, 8, 64, 3);
            Coding coding = Coding.open(code, Codecs.make(codec, Gf256Kernels.plain()));
            coding.encode();
            coding.decode();
        }
    }

    @Test
    void hadoopMakesTheSymbolsOfRs() {
        new Hadoop(new Code("rs", 10, 4, 1000)).encode();
    }

    @Test
    void failuresAreThoseThatNeedMore() {
        int[] needed = {0, 0, 1, 2, 5};
        assertEquals(3, Reception.failed(needed, 0));
        assertEquals(2, Reception.failed(needed, 1));
        assertEquals(1, Reception.failed(needed, 2));
    }
}
