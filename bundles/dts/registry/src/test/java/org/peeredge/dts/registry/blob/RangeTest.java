// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.registry.blob.Range.Kind;

/** RFC 9110 section 14.1.2 and 14.2. */
final class RangeTest {
    private static Range of(String header, long size) {
        return Range.of(List.of(header), size);
    }

    @Test
    void readsOneRange() {
        assertEquals(new Range(Kind.PART, 0, 0), of("bytes=0-0", 10));
        assertEquals(new Range(Kind.PART, 5, 9), of("bytes=5-", 10));
        assertEquals(new Range(Kind.PART, 5, 9), of("bytes=5-99", 10));
        assertEquals(new Range(Kind.PART, 7, 9), of("bytes=-3", 10));
        assertEquals(new Range(Kind.PART, 0, 9), of("bytes=-99", 10));
        assertEquals(Kind.UNSATISFIABLE, of("bytes=10-", 10).kind());
        assertEquals(Kind.UNSATISFIABLE, of("bytes=-0", 10).kind());
        assertEquals(Kind.UNSATISFIABLE, of("bytes=0-", 0).kind());
    }

    @Test
    void answersTheWholeToWhatItCannotRead() {
        for (String header :
                new String[] {
                    "bytes=-", "bytes=2-1", "bytes=1-2,4-5", "items=1-2", "", "bytes=x-"
                }) {
            assertEquals(new Range(Kind.WHOLE, 0, 9), of(header, 10), header);
        }
        assertEquals(Kind.WHOLE, Range.of(List.of(), 10).kind());
        assertEquals(Kind.WHOLE, Range.of(List.of("bytes=1-2", "bytes=3-4"), 10).kind());
    }
}
