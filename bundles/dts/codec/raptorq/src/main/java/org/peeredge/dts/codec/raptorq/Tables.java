// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The numbers that RFC 6330 lists in sections 5.5 and 5.6, from text files in the bundle. */
final class Tables {
    private Tables() {}

    /**
     * All numbers of a file, whose lines that start with {@code #} are comments.
     *
     * @param count how many there have to be
     */
    static int[] read(String name, int count) {
        try (InputStream in = open(name);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            int[] numbers =
                    lines.lines()
                            .filter(line -> !line.startsWith("#"))
                            .flatMap(line -> Stream.of(line.split(" ", -1)))
                            .flatMapToLong(word -> LongStream.of(Long.parseLong(word)))
                            .mapToInt(number -> (int) number)
                            .toArray();
            if (numbers.length != count) {
                throw new IllegalStateException(
                        name + " has " + numbers.length + " numbers, not " + count);
            }
            return numbers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) {
        @Nullable InputStream in = Tables.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException(name + " is not in the bundle");
        }
        return in;
    }
}
