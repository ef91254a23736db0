// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.kernel.node.json.Json;
import org.peeredge.kernel.node.json.JsonObject;

class SmallPartsTest {
    @Test
    void addressesAreReadAndWritten() {
        assertEquals(new HostPort("edge.example", 7441), HostPort.parse(" edge.example:7441 "));
        assertEquals(new HostPort("fd00::1", 1), HostPort.parse("[fd00::1]:1"));
        assertEquals("[fd00::1]:1", new HostPort("fd00::1", 1).toString());
        for (String bad :
                List.of("", "host", "host:", ":1", "host:0", "host:65536", "a b:1", "::1:2")) {
            assertThrows(IllegalArgumentException.class, () -> HostPort.parse(bad), bad);
        }
    }

    @Test
    void tokensAreReadBackAndSlipsAreFound() {
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        Arrays.fill(secret, (byte) 0x5a);
        JoinToken token =
                new JoinToken(
                        "ab".repeat(32),
                        "00112233445566ff",
                        secret,
                        List.of(new HostPort("192.0.2.1", 7441), new HostPort("fd00::1", 65535)));
        String text = token.text();
        JoinToken back = JoinToken.parse(" " + text + "\n");
        assertEquals(token.meshId(), back.meshId());
        assertEquals(token.id(), back.id());
        assertArrayEquals(secret, back.secret());
        assertEquals(token.doors(), back.doors());
        for (int i = 0; i < text.length(); i++) {
            String cut = text.substring(0, i);
            assertThrows(NeverException.class, () -> JoinToken.parse(cut));
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            String bent = text.substring(0, i) + other + text.substring(i + 1);
            assertThrows(NeverException.class, () -> JoinToken.parse(bent));
        }
        assertThrows(NeverException.class, () -> JoinToken.parse("x".repeat(5_000)));
    }

    @Test
    void jsonIsReadWithLimits() {
        byte[] written =
                Json.write(
                        Map.of(
                                "a",
                                "text",
                                "b",
                                7L,
                                "c",
                                List.of("x", "y"),
                                "d",
                                List.of(Map.of("e", 1L))));
        JsonObject read = Json.read(written);
        assertEquals("text", read.text("a"));
        assertEquals(7, read.number("b"));
        assertEquals(List.of("x", "y"), read.texts("c"));
        assertEquals(1, read.objects("d").getFirst().number("e"));
        assertThrows(IllegalArgumentException.class, () -> read.text("b"));
        assertThrows(IllegalArgumentException.class, () -> read.bytes("a-missing"));
        for (String bad :
                List.of(
                        "",
                        "[]",
                        "{",
                        "{\"a\":1,\"a\":2}",
                        "{\"a\":null}",
                        "{\"a\":1.5}",
                        "{} {}",
                        "{\"a\":99999999999999999999}",
                        "{\"a\":" + "[".repeat(50) + "]".repeat(50) + "}")) {
            assertThrows(
                    IllegalArgumentException.class, () -> Json.read(bad.getBytes(US_ASCII)), bad);
        }
    }

    @Test
    void filesAreReplacedInOneStepAndBounded(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("deep").resolve("file");
        SafeFiles.write(file, new byte[] {1});
        SafeFiles.write(file, new byte[] {2, 3});
        assertArrayEquals(new byte[] {2, 3}, SafeFiles.read(file, 2).orElseThrow());
        NeverException long1 = assertThrows(NeverException.class, () -> SafeFiles.read(file, 1));
        assertTrue(String.valueOf(long1.getMessage()).contains(file.toString()));
        assertTrue(SafeFiles.read(folder.resolve("absent"), 1).isEmpty());
        Path blocked = Files.createFile(folder.resolve("plain")).resolve("file");
        RetryLaterException e =
                assertThrows(
                        RetryLaterException.class, () -> SafeFiles.write(blocked, new byte[1]));
        assertTrue(String.valueOf(e.getMessage()).contains(blocked.toString()));
    }
}
