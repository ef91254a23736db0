// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Encoder;

/** Repair symbols are those of catid/leopard. */
class LeopardVectorsTest {
    private static final Pattern CASE =
            Pattern.compile(
                    "\"k\":(\\d+),\"m\":(\\d+),\"T\":(\\d+),\"seed\":(\\d+),\"field\":\"(\\w+)"
                            + ".*?\"recovery_sha256\":\"(\\w+)\"");

    @Test
    void repairSymbolsAreLeopards() throws IOException, GeneralSecurityException {
        String all;
        try (InputStream in = LeopardVectorsTest.class.getResourceAsStream("/leopard.json")) {
            all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        Matcher found = CASE.matcher(all);
        int count = 0;
        while (found.find()) {
            CodecId id = new CodecId("fft", number(found, 1), number(found, 2), number(found, 3));
            FftCode code = new FftCode(id);
            if (code.transforms()) {
                assertEquals(found.group(5), "ff" + code.field().bits());
            }
            byte[] source = Blocks.bytes(number(found, 4), id.sourceSymbols() * id.symbolBytes());
            for (FftCodec codec : Blocks.codecs()) {
                ByteBuffer repair = ByteBuffer.allocate(id.repairSymbols() * id.symbolBytes());
                try (Encoder encoder = codec.prepare(id, Blocks.source(source))) {
                    encoder.encode(id.sourceSymbols(), id.repairSymbols(), repair);
                }
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(repair.array());
                assertEquals(found.group(6), HexFormat.of().formatHex(hash), id.toString());
            }
            count++;
        }
        assertEquals(10, count);
    }

    private static int number(Matcher found, int group) {
        return Integer.parseInt(found.group(group));
    }
}
