// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.replicas.Wire.Answer;
import org.peeredge.dts.replicas.Wire.Question;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;

class WireTest {
    private static final NodeId A = new NodeId("ab".repeat(20));
    private static final NodeId B = new NodeId("cd".repeat(20));
    private static final Digest MANIFEST = new Digest("sha256", "12".repeat(32));
    private static final Item.Id ID = new Item.Id(MANIFEST, A);
    private static final Item ITEM =
            new Item(
                    ID,
                    17,
                    2,
                    List.of(new Name("docker.io/lab/x:1", MANIFEST, 99, A)),
                    List.of(
                            new Part(MANIFEST, 500),
                            new Part(new Digest("sha512", "3".repeat(128)), 1L << 33)));
    private static final Release RELEASE =
            new Release(MANIFEST, Optional.empty(), 17, "Y2VydA==", "c2ln");
    private static final List<Question> QUESTIONS =
            List.of(
                    new Wire.Keep(ITEM, 600, Set.of(A, B)),
                    new Wire.Looks(
                            List.of(
                                    new Wire.Look(ID, 0, Set.of()),
                                    new Wire.Look(ID, 60, Set.of(B)))),
                    new Wire.Looks(List.of()),
                    new Wire.LetGo(RELEASE));
    private static final Answer ANSWER =
            new Answer(
                    12,
                    "no room",
                    List.of(new Wire.Held(ID, Wire.State.FETCHING, 17)),
                    List.of(RELEASE));

    @Test
    void whatIsWrittenIsRead() {
        QUESTIONS.forEach(q -> assertEquals(q, Wire.read(q.write())));
        assertEquals(ANSWER, Answer.read(ANSWER.write()));
    }

    @Test
    void whatIsCutShortIsRefusedOrReadAsLess() {
        for (Question q : QUESTIONS) {
            for (int length = 0; length < q.write().length; length++) {
                readsOrRefuses(Arrays.copyOf(q.write(), length));
            }
        }
    }

    @Test
    void noiseIsRefused() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = QUESTIONS.get(i % QUESTIONS.size()).write();
            for (int k = 0; k < 3; k++) {
                noise[random.nextInt(noise.length)] = (byte) random.nextInt();
            }
            readsOrRefuses(noise);
        }
    }

    private static void readsOrRefuses(byte[] bytes) {
        try {
            Wire.read(bytes);
        } catch (NeverException e) {
            // as it should be
        }
        try {
            Answer.read(bytes);
        } catch (NeverException e) {
            // as it should be
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "peeredge dts.replicas 2\n",
                "",
                "peeredge dts.replicas 1\nlook x/y 0 -\n",
                "peeredge dts.replicas 1\nkeep\n",
                "peeredge dts.replicas 1\nrelease a\n"
            })
    void whatIsWrongIsRefused(String text) {
        assertThrows(NeverException.class, () -> Wire.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aLeaseForEverIsRefused() {
        byte[] keep = new Wire.Keep(ITEM, Long.MAX_VALUE, Set.of()).write();
        assertThrows(NeverException.class, () -> Wire.read(keep));
    }
}
