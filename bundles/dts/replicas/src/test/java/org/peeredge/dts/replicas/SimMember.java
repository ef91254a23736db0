// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.TestRecords;

/** One member of a {@link SimWorld}. */
final class SimMember implements Mesh, Content {
    static final long QUOTA_BYTES = 1 << 30;

    final TestIdentity identity;
    final Map<String, Name> tags = new TreeMap<>();
    final Set<Digest> pins = new HashSet<>();
    boolean up = true;
    Ledger ledger;
    Wishes wishes;
    Answers answers;
    private final SimWorld world;
    private final int lan;
    private final ReplicaSettings settings;
    private final Map<Digest, Long> blobs = new HashMap<>();
    private final Map<Digest, List<Part>> manifests = new HashMap<>();
    private final ReplicaCounters counters = new ReplicaCounters(new TestMetrics().scope());

    /** Survives {@link #boot}, not {@link #wipe}. */
    private final TestRecords disk = new TestRecords();

    private Round round;
    private Keeping keeping;

    @SuppressWarnings({"NullAway.Init", "this-escape"})
    SimMember(SimWorld world, TestIdentity identity, int lan, ReplicaSettings settings) {
        this.world = world;
        this.identity = identity;
        this.lan = lan;
        this.settings = settings;
        boot();
    }

    /** As after a restart: what is on disk is there, what was in memory is not. */
    void boot() {
        up = true;
        ledger = new Ledger(self(), disk, world.clock, () -> QUOTA_BYTES, settings);
        answers = new Answers(ledger, identity, blobs::containsKey, counters);
        round = new Round(ledger, this, identity, world.clock, counters);
        wishes = new Wishes(ledger, this, identity, world.clock, round::spread);
        keeping = new Keeping(ledger, this, counters);
    }

    void down() {
        up = false;
    }

    /** Its disk is gone, its key is not. */
    void wipe() {
        blobs.clear();
        pins.clear();
        tags.clear();
        manifests.clear();
        disk.map().clear();
    }

    void look() {
        try {
            wishes.followPublications();
            round.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keeping.run();
    }

    void publish(String name, List<Part> image) {
        put(image);
        Digest manifest = image.getFirst().digest();
        tags.put(name, new Name(name, manifest, world.clock.now().toEpochMilli(), self()));
    }

    /** As after a pull: here, and evictable. */
    void put(List<Part> image) {
        image.forEach(p -> blobs.put(p.digest(), p.sizeBytes()));
        manifests.put(image.getFirst().digest(), image);
    }

    boolean keeps(List<Part> image) {
        Set<Digest> all = new HashSet<>();
        image.forEach(p -> all.add(p.digest()));
        boolean kept =
                ledger.entries().stream()
                        .anyMatch(e -> !e.own && !e.leaving && e.digests().equals(all));
        return kept && blobs.keySet().containsAll(all) && pins.containsAll(all);
    }

    long placed() {
        return counters.placed.sum();
    }

    @Override
    public NodeId self() {
        return identity.self().node();
    }

    @Override
    public List<Member> members() {
        List<Member> all = new ArrayList<>();
        for (SimMember other : world.members) {
            if (other != this && other.up) {
                all.add(
                        new Member(
                                other.self(),
                                other.identity.self().roles(),
                                List.of(),
                                true,
                                other.lan == lan,
                                0,
                                0));
            }
        }
        return all;
    }

    @Override
    public CompletionStage<byte[]> request(
            NodeId to, String topic, byte[] payload, Duration timeout) {
        Optional<SimMember> other =
                world.members.stream().filter(m -> m.up && m.self().equals(to)).findFirst();
        if (other.isEmpty()) {
            return CompletableFuture.failedFuture(new TryOtherPeerException(to + " is away"));
        }
        try {
            return CompletableFuture.completedFuture(
                    other.get().answers.answer(identity.self(), payload));
        } catch (PeerEdgeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public boolean has(Digest digest) {
        return blobs.containsKey(digest);
    }

    @Override
    public void fetch(Part part) throws IOException {
        if (world.members.stream().noneMatch(m -> m.up && m.has(part.digest()))) {
            throw new IOException("nobody has " + part.digest());
        }
        blobs.put(part.digest(), part.sizeBytes());
    }

    @Override
    public void pin(Set<Digest> digests) {
        digests.stream().filter(blobs::containsKey).forEach(pins::add);
    }

    @Override
    public void unpin(Set<Digest> digests) {
        pins.removeAll(digests);
    }

    @Override
    public void keep(Name name, boolean fromOrigin) {
        tags.putIfAbsent(name.text(), name);
    }

    @Override
    public List<Name> published() {
        return tags.values().stream().filter(n -> n.node().equals(self())).toList();
    }

    @Override
    public Optional<Name> find(String reference) {
        return Optional.ofNullable(tags.get(reference));
    }

    @Override
    public List<Part> parts(Digest manifest) {
        return manifests.getOrDefault(manifest, List.of());
    }
}
