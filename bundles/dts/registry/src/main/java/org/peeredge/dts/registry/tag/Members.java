// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.dts.registry.tag.TagMessages.Question;
import org.peeredge.dts.registry.tag.TagMessages.Reply;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the connected members about tags, all at once and with one deadline. */
final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    /** Who is asked first when there are more members than may be asked. */
    private static final Comparator<Member> PREFERENCE =
            Comparator.comparing((Member m) -> !m.roles().contains(Role.ORIGIN))
                    .thenComparing(m -> !m.sameLan())
                    .thenComparingLong(Member::rttMicros);

    private final Mesh mesh;
    private final Clock clock;
    private final Duration timeout;
    private final int max;
    private final boolean originsOnly;

    Members(Mesh mesh, Clock clock, Duration timeout, int max, boolean originsOnly) {
        this.mesh = mesh;
        this.clock = clock;
        this.timeout = timeout;
        this.max = max;
        this.originsOnly = originsOnly;
    }

    /** The answers that came in time and could be read. Blocks for at most the timeout. */
    List<Reply> ask(Question question) {
        byte[] payload = TagMessages.write(question);
        List<Member> asked =
                mesh.members().stream()
                        .filter(Member::connected)
                        .filter(m -> !originsOnly || m.roles().contains(Role.ORIGIN))
                        .sorted(PREFERENCE)
                        .limit(max)
                        .toList();
        List<CompletableFuture<byte[]>> pending = new ArrayList<>();
        for (Member member : asked) {
            pending.add(
                    mesh.request(member.node(), TagMessages.TOPIC, payload, timeout)
                            .toCompletableFuture());
        }
        await(pending);
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            CompletableFuture<byte[]> one = pending.get(i);
            if (one.state() != CompletableFuture.State.SUCCESS) {
                LOG.debug("No answer about a tag from {}", asked.get(i).node().shortName());
                continue;
            }
            try {
                replies.add(TagMessages.readReply(one.resultNow(), clock.now().toEpochMilli()));
            } catch (IOException e) {
                LOG.debug("Bad answer about a tag from {}", asked.get(i).node().shortName(), e);
            }
        }
        return replies;
    }

    private void await(List<CompletableFuture<byte[]>> pending) {
        try {
            CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Each answer is looked at by itself.
            LOG.trace("Not every member answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetryLaterException("this node is stopping", e);
        }
    }
}
