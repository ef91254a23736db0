// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.tag.TagMessages.Question;
import org.peeredge.dts.registry.tag.TagMessages.Reply;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.NodeId;

/** Messages between members: good, short, wrong, random. */
final class TagMessagesTest {
    private static final UpstreamRef REPO = new UpstreamRef("docker.io", "lab/x");
    private static final Tag TAG =
            new Tag(new Digest("sha256", "a".repeat(64)), 1000, new NodeId("b".repeat(40)));

    @Test
    void goodOnesComeBack() throws Exception {
        Question question = new Question(REPO, Optional.of("1"));
        assertEquals(question, TagMessages.readQuestion(TagMessages.write(question)));
        Question all = new Question(REPO, Optional.empty());
        assertEquals(all, TagMessages.readQuestion(TagMessages.write(all)));
        Reply reply = new Reply(Optional.of(TAG), Optional.of(TAG), List.of("1", "2"));
        // Seen at 1,000 by a clock that says 1,500 is seen at 8,500 by one that says 9,000.
        Reply read = TagMessages.readReply(TagMessages.write(reply, 1500), 9000);
        assertEquals(Optional.of(TAG), read.published());
        assertEquals(8500, read.seen().orElseThrow().timeMillis());
        assertEquals(reply.names(), read.names());
    }

    @Test
    void shortOnesAreRefused() {
        byte[] question = TagMessages.write(new Question(REPO, Optional.of("1")));
        byte[] reply =
                TagMessages.write(new Reply(Optional.of(TAG), Optional.empty(), List.of()), 0);
        for (int length = 0; length < question.length; length++) {
            byte[] cut = Arrays.copyOf(question, length);
            assertThrows(IOException.class, () -> TagMessages.readQuestion(cut));
        }
        for (int length = 0; length < reply.length; length++) {
            byte[] cut = Arrays.copyOf(reply, length);
            assertThrows(IOException.class, () -> TagMessages.readReply(cut, 0));
        }
    }

    @Test
    void wrongOnesAreRefused() {
        var noVersion = Json.object().put("registry", "docker.io").put("repository", "lab/x");
        assertThrows(IOException.class, () -> TagMessages.readQuestion(Json.writeCbor(noVersion)));
        var badName = Json.object().put("v", 1).put("registry", "docker.io").put("repository", "/");
        assertThrows(IOException.class, () -> TagMessages.readQuestion(Json.writeCbor(badName)));
        var badTag = Json.object().put("v", 1);
        badTag.putObject("published").put("digest", "sha256:12");
        assertThrows(IOException.class, () -> TagMessages.readReply(Json.writeCbor(badTag), 0));
    }

    @Test
    void randomBytesNeverDoMoreThanFail() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThrows(IOException.class, () -> TagMessages.readQuestion(bytes));
            assertThrows(IOException.class, () -> TagMessages.readReply(bytes, 0));
        }
    }
}
