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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;

/**
 * "Which of these do you have whole?", asked of every connected member at once. The question and
 * the answer are digests, one a line, in ASCII. Confined blobs are not told.
 */
final class Availability implements MeshHandler {
    /** The topic. */
    static final String TOPIC_NAME = "dts.engine.available";

    /** The most digests in one question. */
    static final int MAX_DIGESTS = 1_000;

    private final ContentStore store;
    private final Mesh mesh;
    private final Duration timeout;

    Availability(ContentStore store, Mesh mesh, Duration timeout) {
        this.store = store;
        this.mesh = mesh;
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
                            read(answer).stream().filter(missing::contains).forEach(found::add);
                        }
                        if (open.decrementAndGet() == 0 || found.size() == wanted.size()) {
                            result.complete(Set.copyOf(found));
                        }
                    });
        }
        return result;
    }

    @Override
    public CompletionStage<byte[]> handle(Membership from, byte[] payload) {
        Set<Digest> asked = read(payload);
        asked.removeIf(d -> !store.has(d) || confined(d));
        return CompletableFuture.completedStage(write(asked));
    }

    private boolean confined(Digest digest) {
        return store.list().stream().anyMatch(b -> b.confined() && b.digest().equals(digest));
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
