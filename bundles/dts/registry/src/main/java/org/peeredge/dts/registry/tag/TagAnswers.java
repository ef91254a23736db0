// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.registry.tag.TagMessages.Question;
import org.peeredge.dts.registry.tag.TagMessages.Reply;
import org.peeredge.dts.registry.tag.TagTable.Kind;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;

/**
 * Tells other members which manifest a tag names, as far as this node knows. Reads from memory
 * only, so it may run on the mesh's loop. A component of its own, so that the mesh, which needs
 * handlers, and the registry, which needs the mesh, do not wait for each other.
 */
@Component(service = MeshHandler.class, property = MeshHandler.TOPIC + "=" + TagMessages.TOPIC)
public final class TagAnswers implements MeshHandler {
    /** The table of records in the store that holds tags. */
    public static final String RECORDS = "org.peeredge.dts.registry";

    private final TagTable table;
    private final Clock clock;

    /** Answers from {@code store}'s records. */
    @Activate
    public TagAnswers(@Reference ContentStore store, @Reference Clock clock) {
        this.table = new TagTable(store.records(RECORDS));
        this.clock = clock;
    }

    @Override
    public CompletionStage<byte[]> handle(Membership from, byte[] payload) {
        Question question;
        try {
            question = TagMessages.readQuestion(payload);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new NeverException("not a question about a tag: " + e.getMessage(), e));
        }
        Reply reply =
                question.tag()
                        .map(tag ->
                                new Reply(
                                        table.get(Kind.PUBLISHED, question.repo(), tag),
                                        table.get(Kind.SEEN, question.repo(), tag),
                                        List.of()))
                        .orElseGet(() ->
                                new Reply(
                                        Optional.empty(),
                                        Optional.empty(),
                                        table.names(
                                                Kind.PUBLISHED,
                                                question.repo(),
                                                TagMessages.MAX_NAMES)));
        return CompletableFuture.completedFuture(
                TagMessages.write(reply, clock.now().toEpochMilli()));
    }
}
