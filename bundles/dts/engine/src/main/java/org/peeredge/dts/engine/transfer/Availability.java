// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * "Which of these do you have whole?", asked of every connected member at once. The question and
 * the answer are digests, one a line, in ASCII. Confined blobs are not told.
 */
final class Availability implements MeshHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);

    /** The topic. */
    static final String TOPIC_NAME = "dts.engine.available";

    /** The most digests in one question. */
    static final int MAX_DIGESTS = 1_000;

    private final ContentStore store;
    private final Mesh mesh;
    private final Executor workers;
    private final Duration timeout;

    Availability(ContentStore store, Mesh mesh, Executor workers, Duration timeout) {
        this.store = store;
        this.mesh = mesh;
        this.workers = workers;
        this.timeout = timeout;
    }

    /** Asks; completes early when everything was found. */
    CompletionStage<Set<Digest>> ask(Set<Digest> wanted) {
        Set<Digest> missing = new HashSet<>(wanted);
        missing.removeIf(store::has);
        Set<Digest> found = ConcurrentHashMap.newKeySet();
        wanted.stream().filter(store::has).forEach(found::add);
        List<Member> members = mesh.members().stream().filter(Member::connected).toList();
        CompletableFuture<Set<Digest>> result = new CompletableFuture<>();
        if (missing.isEmpty() || members.isEmpty() || missing.size() > MAX_DIGESTS) {
            result.complete(Set.copyOf(found));
            return result;
        }
        byte[] question = write(missing);
        AtomicInteger open = new AtomicInteger(members.size());
        for (Member member : members) {
            mesh.request(member.node(), TOPIC_NAME, question, timeout)
                    .whenComplete((answer, error) -> {
                        if (error == null) {
                            note(answer, missing, found);
                        }
                        if (open.decrementAndGet() == 0 || found.size() == wanted.size()) {
                            result.complete(Set.copyOf(found));
                        }
                    });
        }
        return result;
    }

    /** A member that answers nonsense says nothing; the others are heard all the same. */
    private static void note(byte[] answer, Set<Digest> missing, Set<Digest> found) {
        try {
            read(answer).stream().filter(missing::contains).forEach(found::add);
        } catch (NeverException e) {
            LOG.debug("a member's answer to {} is malformed", TOPIC_NAME, e);
        }
    }

    @Override
    public CompletionStage<byte[]> handle(Membership from, byte[] payload) {
        Set<Digest> asked = read(payload);
        asked.removeIf(d -> !store.has(d));
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (asked.isEmpty()) {
            answer.complete(write(asked));
            return answer;
        }
        try {
            // The whole list is gone through once: not on the loop.
            workers.execute(() -> {
                for (ContentStore.BlobInfo blob : store.list()) {
                    if (blob.confined()) {
                        asked.remove(blob.digest());
                    }
                }
                answer.complete(write(asked));
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
        return answer;
    }

    private static byte[] write(Set<Digest> digests) {
        return digests.stream()
                .map(Digest::toString)
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Set<Digest> read(byte[] text) {
        Set<Digest> digests = new HashSet<>();
        for (String line :
                new String(text, StandardCharsets.US_ASCII).split("\n", MAX_DIGESTS + 1)) {
            if (line.isEmpty()) {
                continue;
            }
            if (digests.size() == MAX_DIGESTS) {
                throw new NeverException("more than " + MAX_DIGESTS + " digests in one question");
            }
            try {
                digests.add(Digest.parse(line));
            } catch (IllegalArgumentException e) {
                throw new NeverException("not a digest in a question", e);
            }
        }
        return digests;
    }
}
