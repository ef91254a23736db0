// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.routing.engine.FleetMessages.Answer;
import org.peeredge.routing.engine.FleetMessages.Command;

final class FleetMessagesTest {
    private static final Command COMMAND =
            new Command("network", Instant.ofEpochMilli(1_800_000_000_123L), "0f".repeat(16));

    @Test
    void goodOnesComeBackAsTheyWere() {
        assertEquals(COMMAND, Command.read(COMMAND.write()));
        Answer answer = new Answer("network", "random", "rolled back: it threw ü");
        assertEquals(answer, Answer.read(answer.write()));
    }

    @Test
    void skipsKeysOfLaterReleases() {
        byte[] later = (text(COMMAND.write()) + "colour=blue\n").getBytes(StandardCharsets.UTF_8);
        assertEquals(COMMAND, Command.read(later));
    }

    @Test
    void anOutcomeIsOneBoundedLineWithoutControlCharacters() {
        Answer nasty = new Answer("a", "b", "failed: \u001b[2J\nafter=c" + "x".repeat(2_000));
        Answer read = Answer.read(nasty.write());
        assertEquals("b", read.after());
        assertEquals(1_024, read.outcome().length());
        assertFalse(read.outcome().contains("\u001b"));
    }

    @Test
    void refusesWrongOnes() {
        String good = text(COMMAND.write());
        for (String bad :
                List.of(
                        "",
                        good.replace("strategy 1", "strategy 2"),
                        good.replace("type=network", "type=Net work"),
                        good.replace("type=network\n", ""),
                        good.replace("type=network", "type=a\ntype=b"),
                        good.replace("expires=1", "expires=-1"),
                        good.replace("expires=1", "expires=99999999999"),
                        good.replace("0f0f", "0F0F"),
                        good.replace("nonce=", "nonce"),
                        good + "=x\n",
                        good + "k=v\n".repeat(2_000))) {
            assertThrows(
                    NeverException.class,
                    () -> Command.read(bad.getBytes(StandardCharsets.UTF_8)),
                    bad);
        }
    }

    @Test
    void cutShortOrRandomBytesAreRefusedOrReadWhole() {
        byte[] good = COMMAND.write();
        for (int length = 0; length < good.length - 1; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(NeverException.class, () -> Command.read(cut));
        }
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            assertThrows(NeverException.class, () -> Command.read(noise));
            assertThrows(NeverException.class, () -> Answer.read(noise));
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
