// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.MeshSetup;
import org.peeredge.kernel.node.authority.AuthorityKey;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.authority.TokenBook;
import org.peeredge.kernel.node.join.Answer;
import org.peeredge.kernel.node.join.DoorClient;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.MembershipCheck;
import org.peeredge.kernel.node.trust.NodeIdentity;
import org.peeredge.kernel.node.trust.NodeKey;
import org.peeredge.kernel.node.trust.Revocations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine as a node: its key, its mesh, and what it tells the publisher. Changes to the mesh
 * happen under this object's lock, which no foreign code is called with; the publisher is called on
 * the loop. What is done when is the {@link Keeper}'s.
 */
final class Node implements MeshSetup, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    private final NodeSettings settings;
    private final Clock clock;
    private final Publisher publisher;
    private final NodeCounters counters;
    private final NodeKey key;
    private final DoorClient door;
    private final Loop loop;
    private final ExecutorService io;
    private final Keeper keeper;
    private volatile @Nullable Mesh mesh;
    private volatile @Nullable MeshAuthority authority;

    // Only on the loop:
    private boolean memberShown;
    private boolean authorityShown;
    private String lastProblem = "";

    /** The mesh that the node belongs to. */
    private record Mesh(NodeIdentity identity, MembershipCheck check, Revocations revocations) {}

    /** Reads what is on disk, makes the key and the mesh when asked to; then {@link #start} it. */
    Node(
            NodeSettings settings,
            Clock clock,
            Threads threads,
            Metrics metrics,
            Publisher publisher) {
        this.settings = settings;
        this.clock = clock;
        this.publisher = publisher;
        this.key = NodeKey.loadOrCreate(settings.key());
        this.door = new DoorClient(key, clock);
        // Read before anything needs closing: a damaged file then leaves nothing behind.
        Optional<Credentials> credentials = Credentials.load(settings.membership(), key.open());
        Optional<AuthorityKey> authorityKey = AuthorityKey.load(settings.authority());
        this.counters = new NodeCounters(metrics);
        this.loop = threads.newLoop(NodeSettings.BUNDLE, "keeper");
        this.io = threads.newVirtualPool(NodeSettings.BUNDLE, "door");
        this.keeper = new Keeper(this, settings, clock, loop, io, threads.random(), counters);
        try {
            restore(credentials, authorityKey);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void restore(Optional<Credentials> credentials, Optional<AuthorityKey> authorityKey) {
        if (authorityKey.isPresent()) {
            lead(authorityKey.get(), credentials);
        } else if (credentials.isPresent()) {
            mesh = mesh(credentials.get());
        } else if (settings.create()) {
            create();
        }
    }

    /** Begins to look after the membership. */
    void start() {
        if (mesh == null) {
            LOG.info(
                    "Node {} is in no mesh. To make one, set mesh.create = true in etc/{}.cfg; to"
                            + " join one, put a join token into {}",
                    key.id(),
                    NodeSettings.BUNDLE,
                    settings.tokenFile());
        }
        counters.gauge(
                "certificate_remaining_seconds",
                "Until the membership certificate ends; negative afterwards, NaN in no mesh.",
                () ->
                        identity()
                                .map(i -> seconds(clock.now(), i.self().notAfter()))
                                .orElse(Double.NaN));
        counters.gauge(
                "revocation_list_number",
                "The newest revocation list known, 0 for none.",
                () -> identity().map(i -> (double) i.revocationNumber()).orElse(0.0));
        keeper.start();
    }

    @Override
    public NodeId node() {
        return key.id();
    }

    @Override
    public Optional<String> meshId() {
        return identity().map(NodeIdentity::meshId);
    }

    @Override
    public synchronized void create() {
        if (mesh != null) {
            throw new IllegalStateException(
                    "this node belongs to mesh " + meshId().orElse("") + " already");
        }
        lead(AuthorityKey.create(settings.authority(), clock.now()), Optional.empty());
        keeper.wake();
    }

    @Override
    public CompletionStage<Void> join(String token) {
        try {
            return CompletableFuture.runAsync(() -> joinNow(token), io);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Joins on the calling thread, which blocks on the network. */
    void joinNow(String text) {
        try {
            JoinToken token = JoinToken.parse(text);
            requireJoinable(token.meshId());
            Answer answer = door.join(token);
            adopt(answer);
            counters.joined.increment();
            LOG.info("Node {} joined mesh {}", key.id(), answer.credentials().meshId());
        } catch (RuntimeException e) {
            counters.joinFailed.increment();
            throw e;
        }
    }

    private void requireJoinable(String meshId) {
        Optional<String> present = meshId();
        if (authority != null) {
            throw new NeverException("this node is the authority of its mesh and cannot join one");
        }
        if (present.isPresent() && !present.get().equals(meshId)) {
            throw new NeverException(
                    "this node belongs to mesh "
                            + present.get()
                            + "; to leave it, stop the node and delete "
                            + settings.membership()
                            + " and "
                            + settings.revocations());
        }
    }

    /** Renews on the calling thread, which may block on the network. */
    void renewNow() {
        MeshAuthority own = authority;
        NodeIdentity identity = identity().orElseThrow();
        adopt(
                own != null
                        ? new Answer(own.issueOwn(), new byte[0])
                        : door.renew(identity.credentials()));
        LOG.info("Certificate renewed; it ends at {}", identity.self().notAfter());
    }

    /** Asks the authority for revocations, on the calling thread, which blocks on the network. */
    void pollNow() {
        NodeIdentity identity = identity().orElseThrow();
        byte[] list = door.revocations(identity.credentials());
        if (list.length > 0) {
            identity.offerRevocations(list);
        }
    }

    Optional<NodeIdentity> identity() {
        Mesh now = mesh;
        return now == null ? Optional.empty() : Optional.of(now.identity);
    }

    boolean isAuthority() {
        return authority != null;
    }

    /** Why the node is no valid member now; empty when it is one. */
    String problem() {
        Mesh now = mesh;
        if (now == null) {
            return "it is in no mesh";
        }
        Instant end = now.identity.self().notAfter();
        Instant begin = now.identity.credentials().certificate().getNotBefore().toInstant();
        if (clock.now().isAfter(end)) {
            return "its certificate ended at " + end;
        }
        if (clock.now().isBefore(begin)) {
            return "its certificate begins at " + begin + ", and this machine's clock is behind";
        }
        return now.revocations.names(key.id()) ? "it was revoked" : "";
    }

    /** Shows the publisher what changed; on the loop. */
    void show() {
        Mesh now = mesh;
        if (now == null) {
            return;
        }
        String problem = problem();
        if (problem.isEmpty() && !memberShown) {
            LOG.info(
                    "Node {} is a member of mesh {} until {}, roles {}",
                    key.id(),
                    now.identity.meshId(),
                    now.identity.self().notAfter(),
                    now.identity.self().roles());
            memberShown = true;
            publisher.memberUp(now.identity);
        } else if (!problem.isEmpty()) {
            if (memberShown) {
                memberShown = false;
                publisher.memberDown();
            }
            if (!problem.equals(lastProblem)) {
                LOG.error(
                        "Node {} is out of its mesh: {}. Check that the authority ({}) can be"
                                + " reached and that the clocks agree; else make a new token there and"
                                + " put it into {}",
                        key.id(),
                        problem,
                        now.identity.credentials().doors(),
                        settings.tokenFile());
            }
        }
        lastProblem = problem;
        MeshAuthority lead = authority;
        if (lead != null && !authorityShown) {
            authorityShown = true;
            publisher.authority(lead);
        }
    }

    /** Looks at the membership again, now. */
    void wake() {
        keeper.wake();
    }

    /** Whether an attempt to join, renew or ask runs now. */
    boolean busy() {
        return keeper.busy();
    }

    /** Stops; the publisher is not called any more. */
    @Override
    public void close() {
        keeper.close();
        loop.close();
        io.shutdown(); // a revocation list may just be on its way to the disk
        try {
            io.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        io.shutdownNow();
        counters.close();
    }

    private void adopt(Answer answer) {
        NodeIdentity identity = keep(answer.credentials());
        if (answer.revocations().length > 0) {
            identity.offerRevocations(answer.revocations());
        }
        identity.changed(); // wakes the keeper too
    }

    private synchronized NodeIdentity keep(Credentials next) {
        if (authority == null) {
            requireJoinable(next.meshId()); // may have changed while the door was asked
        }
        next.save(settings.membership());
        Mesh now = mesh;
        if (now == null) {
            now = mesh(next);
            mesh = now;
        } else {
            now.identity.replace(next);
        }
        return now.identity;
    }

    private Mesh mesh(Credentials credentials) {
        Revocations revocations =
                Revocations.load(
                        settings.revocations(), credentials.authority().getPublicKey(), io);
        MembershipCheck check =
                new MembershipCheck(
                        credentials.authority().getPublicKey(),
                        revocations,
                        clock,
                        counters::refused);
        NodeIdentity identity = new NodeIdentity(key, credentials, check, revocations);
        identity.onChange(keeper::wake);
        return new Mesh(identity, check, revocations);
    }

    /** Becomes the authority; its own certificate is signed here when it lacks one. */
    private void lead(AuthorityKey authorityKey, Optional<Credentials> present) {
        if (present.isPresent() && !present.get().meshId().equals(authorityKey.meshId())) {
            throw new NeverException(
                    settings.membership()
                            + " and "
                            + settings.authority()
                            + " belong to different meshes: put back the ones that belong"
                            + " together");
        }
        TokenBook tokens = TokenBook.load(settings.tokens(), clock);
        Optional<Credentials> valid =
                present.filter(
                        c -> clock.now().isBefore(c.certificate().getNotAfter().toInstant()));
        Credentials first =
                valid.orElseGet(() -> authorityKey.own(key, clock.now(), settings.life()));
        if (valid.isEmpty()) {
            first.save(settings.membership());
        }
        Mesh made = mesh(first);
        authority =
                new MeshAuthority(
                        authorityKey,
                        key,
                        tokens,
                        made.revocations,
                        made.check,
                        clock,
                        settings.life(),
                        settings.doors(),
                        made.identity::changed);
        mesh = made;
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toSeconds();
    }
}
