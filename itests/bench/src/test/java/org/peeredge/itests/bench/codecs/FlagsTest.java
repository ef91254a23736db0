// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FlagsTest {
    private static final String MEMORY = "-XX:MaxDirectMemorySize=4g";
    private static final List<String> LINES =
            List.of(
                    "# flags",
                    "-Xmx512m",
                    "",
                    "-XX:Tier4CompileThreshold=200000",
                    "-XX:CompileCommand=quiet",
                    "--add-modules=jdk.incubator.vector");

    @Test
    void nodesHaveAllLinesButComments() {
        assertEquals(
                List.of(
                        "-Xmx512m",
                        "-XX:Tier4CompileThreshold=200000",
                        "-XX:CompileCommand=quiet",
                        "--add-modules=jdk.incubator.vector",
                        MEMORY),
                Flags.NODE.arguments(LINES));
    }

    @Test
    void othersDifferInWhatTheyAreNamedAfter() {
        assertEquals("-XX:UseAVX=2", Flags.AVX2.arguments(LINES).getLast());
        assertEquals(
                List.of(
                        "-Xmx512m",
                        "-XX:Tier4CompileThreshold=200000",
                        "-XX:CompileCommand=quiet",
                        MEMORY),
                Flags.PLAIN.arguments(LINES));
        assertEquals(
                List.of("-Xmx512m", "--add-modules=jdk.incubator.vector", MEMORY),
                Flags.SOON.arguments(LINES));
    }
}
