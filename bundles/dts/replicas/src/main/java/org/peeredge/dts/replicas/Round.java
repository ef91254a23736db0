// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.dts.replicas.Placement.Candidate;
import org.peeredge.dts.replicas.Wire.Answer;
import org.peeredge.dts.replicas.Wire.Held;
import org.peeredge.dts.replicas.Wire.Look;
import org.peeredge.dts.replicas.Wire.State;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all copies that this node wants or keeps: asks their keepers, decides who looks after
 * each item, and, if that is this node, renews the leases and finds new keepers for those that were
 * away for too long.
 *
 * <p>An item is looked after by its owner; while that is not there, or knows nothing of it any
 * more, by the one of its keepers that comes first by rendezvous. Two that see the mesh differently
 * may both do it for a while: that makes a copy too many, which ends with its lease.
 *
 * <p>Blocks on members. One thread at a time.
 */
final class Round {
    private static final Logger LOG = LoggerFactory.getLogger(Round.class);

    /** New keepers found in one round, for all items together: many that left are no storm. */
    static final int MAX_PLACED = 4;

    /** Members asked for room, for one item. */
    private static final int MAX_ASKED = 16;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final Mesh mesh;
    private final Identity identity;
    private final Clock clock;
    private final ReplicaCounters counters;

    /** The members that are connected now. */
    private final Map<NodeId, Member> members = new HashMap<>();

    /** What they said of each item in this round. */
    private final Map<NodeId, Map<Item.Id, Held>> answers = new HashMap<>();

    private final List<Release> heard = new ArrayList<>();

    Round(Ledger ledger, Mesh mesh, Identity identity, Clock clock, ReplicaCounters counters) {
        this.ledger = ledger;
        this.mesh = mesh;
        this.identity = identity;
        this.clock = clock;
        this.counters = counters;
    }

    /** Looks once; gives how many copies are missing. */
    int run() {
        members.clear();
        answers.clear();
        heard.clear();
        mesh.members().stream().filter(Member::connected).forEach(m -> members.put(m.node(), m));
        List<Entry> entries = ledger.entries();
        look(entries);
        heedReleases();
        int missing = 0;
        int placed = 0;
        for (Entry entry : entries) {
            int lacking;
            synchronized (ledger) {
                lacking = entry.leaving ? 0 : judge(entry);
            }
            for (; lacking > 0 && placed < MAX_PLACED; lacking--, placed++) {
                if (!place(entry)) {
                    break;
                }
            }
            missing += Math.max(0, lacking);
        }
        return missing;
    }

    /** Asks everyone about what it keeps or owns; with a lease where this node looks after it. */
    private void look(List<Entry> entries) {
        Map<NodeId, List<Look>> questions = new LinkedHashMap<>();
        synchronized (ledger) {
            for (Entry entry : entries) {
                Set<NodeId> renewed = renewed(entry);
                for (NodeId node : concerned(entry)) {
                    long lease = renewed.contains(node) ? leaseSeconds() : 0;
                    questions
                            .computeIfAbsent(node, n -> new ArrayList<>())
                            .add(new Look(entry.item.id(), lease, lease > 0 ? renewed : Set.of()));
                }
            }
        }
        while (!questions.isEmpty()) {
            Map<NodeId, byte[]> payloads = new LinkedHashMap<>();
            questions.forEach((node, looks) -> {
                List<Look> some = looks.subList(0, Math.min(looks.size(), Wire.MAX_LOOKS));
                payloads.put(node, new Wire.Looks(some).write());
                some.clear();
            });
            questions.values().removeIf(List::isEmpty);
            ask(payloads).forEach(this::note);
        }
    }

    private void note(NodeId node, Answer answer) {
        Map<Item.Id, Held> items = answers.computeIfAbsent(node, n -> new HashMap<>());
        answer.held().forEach(held -> items.put(held.id(), held));
        heard.addAll(answer.releases());
    }

    private Set<NodeId> concerned(Entry entry) {
        Set<NodeId> nodes = new HashSet<>(entry.keepers.keySet());
        nodes.add(entry.item.id().owner());
        nodes.remove(mesh.self());
        nodes.retainAll(members.keySet());
        return nodes;
    }

    /** Who goes on keeping it: as many as are wanted, by rendezvous, this node among them. */
    private Set<NodeId> renewed(Entry entry) {
        if (!entry.acting) {
            return Set.of();
        }
        List<NodeId> all = new ArrayList<>(entry.keepers.keySet());
        if (!entry.own) {
            all.add(mesh.self());
        }
        all.sort(byRank(entry.item.id()));
        return new HashSet<>(all.subList(0, Math.min(all.size(), entry.item.copies())));
    }

    private static Comparator<NodeId> byRank(Item.Id id) {
        return Comparator.comparingDouble(node -> -Placement.score(id, node, 1));
    }

    private long leaseSeconds() {
        return ledger.settings().lease().toSeconds();
    }

    /** What others heard while this node was away. */
    private void heedReleases() {
        for (Release release : heard) {
            if (release.valid(identity)) {
                ledger.release(release, false);
            }
        }
    }

    /** Notes who was seen; gives how many copies are missing, if that is this node's business. */
    private int judge(Entry entry) {
        Item item = entry.item;
        long now = clock.nanos();
        Set<NodeId> live = new HashSet<>();
        for (NodeId keeper : List.copyOf(entry.keepers.keySet())) {
            Optional<Held> held = said(keeper, item.id());
            if (held.isPresent() && held.get().state() == State.UNKNOWN) {
                entry.keepers.remove(keeper); // its disk is gone, or its lease ended
            } else if (held.isPresent()) {
                entry.keepers.put(keeper, now);
                live.add(keeper);
            }
        }
        entry.acting = acting(entry, live);
        if (!entry.acting) {
            entry.silentRounds++;
            endLease(entry);
            return 0;
        }
        long patience = ledger.settings().repairAfter().toNanos();
        boolean some = entry.keepers.values().removeIf(seen -> now - seen > patience);
        if (some) {
            LOG.info("copies of {}: a keeper was away for too long", item.title());
        }
        refresh(entry, live);
        if (!entry.own) {
            ledger.renewOwn(entry);
        }
        int kept = entry.keepers.size() + (entry.own ? 0 : 1);
        int lacking = Math.max(0, item.copies() - kept);
        entry.trouble = lacking == 0 ? "" : lacking + " of " + item.copies() + " copies missing";
        return lacking;
    }

    private Optional<Held> said(NodeId node, Item.Id id) {
        return Optional.ofNullable(answers.get(node)).map(items -> items.get(id));
    }

    private boolean acting(Entry entry, Set<NodeId> live) {
        if (entry.own) {
            return true;
        }
        Optional<Held> owner = said(entry.item.id().owner(), entry.item.id());
        if (owner.isPresent() && owner.get().state() != State.UNKNOWN) {
            return false;
        }
        return live.stream()
                .allMatch(other -> byRank(entry.item.id()).compare(mesh.self(), other) < 0);
    }

    /**
     * A lease ends when its time is over and nobody asked for it lately: a clock that jumps does
     * not end it.
     */
    private void endLease(Entry entry) {
        boolean over = clock.now().toEpochMilli() > entry.untilMillis;
        if (over && entry.silentRounds > Entry.SILENT_ROUNDS) {
            LOG.info("copy of {} is not asked for any more", entry.item.title());
            entry.leaving = true;
        }
    }

    /** A keeper that has an older version is told the newer one. */
    private void refresh(Entry entry, Set<NodeId> live) {
        Set<NodeId> renewed = renewed(entry);
        for (NodeId keeper : live) {
            long version = said(keeper, entry.item.id()).map(Held::version).orElse(Long.MAX_VALUE);
            if (version < entry.item.version() && renewed.contains(keeper)) {
                byte[] keep = new Wire.Keep(entry.item, leaseSeconds(), renewed).write();
                var _ = mesh.request(keeper, Wire.TOPIC, keep, PATIENCE);
            }
        }
    }

    /** Finds one more keeper. */
    private boolean place(Entry entry) {
        Item item;
        Set<NodeId> keepers;
        synchronized (ledger) {
            item = entry.item;
            keepers = new HashSet<>(entry.keepers.keySet());
        }
        if (!entry.own) {
            keepers.add(mesh.self());
        }
        for (Candidate candidate :
                Placement.order(item.id(), item.sizeBytes(), able(item, keepers))) {
            Set<NodeId> with = new HashSet<>(keepers);
            with.add(candidate.node());
            byte[] keep = new Wire.Keep(item, leaseSeconds(), with).write();
            Answer answer = ask(Map.of(candidate.node(), keep)).get(candidate.node());
            if (answer != null && answer.refusal().isEmpty()) {
                took(entry, candidate.node());
                return true;
            }
            if (answer != null) {
                LOG.debug(
                        "{} does not keep {}: {}",
                        candidate.node().shortName(),
                        item.title(),
                        answer.refusal());
            }
        }
        synchronized (ledger) {
            entry.trouble += ", and nobody else has room";
        }
        return false;
    }

    private void took(Entry entry, NodeId keeper) {
        synchronized (ledger) {
            entry.keepers.put(keeper, clock.nanos());
            entry.trouble = "";
            ledger.save(entry);
        }
        counters.placed.increment();
        LOG.info("copy of {} goes to node {}", entry.item.title(), keeper.shortName());
    }

    /** Members that do not keep it yet, with the room that they say they have. */
    private List<Candidate> able(Item item, Set<NodeId> keepers) {
        byte[] question = new Wire.Looks(List.of()).write();
        Map<NodeId, byte[]> questions = new LinkedHashMap<>();
        members.values().stream()
                .filter(m -> !keepers.contains(m.node()) && !m.node().equals(item.id().owner()))
                .sorted(
                        Comparator.comparing(Member::sameLan)
                                .thenComparing(Member::node, byRank(item.id())))
                .limit(MAX_ASKED)
                .forEach(m -> questions.put(m.node(), question));
        List<Candidate> candidates = new ArrayList<>();
        ask(questions)
                .forEach((node, answer) ->
                        candidates.add(
                                new Candidate(
                                        node,
                                        Optional.ofNullable(members.get(node))
                                                .filter(Member::sameLan)
                                                .isPresent(),
                                        answer.roomBytes())));
        return candidates;
    }

    /** Asks all at once; who does not answer, or answers nonsense, is not in the result. */
    private Map<NodeId, Answer> ask(Map<NodeId, byte[]> questions) {
        Map<NodeId, CompletionStage<byte[]>> asked = new LinkedHashMap<>();
        questions.forEach((node, payload) ->
                asked.put(node, mesh.request(node, Wire.TOPIC, payload, PATIENCE)));
        Map<NodeId, Answer> said = new LinkedHashMap<>();
        asked.forEach((node, stage) -> {
            try {
                said.put(
                        node,
                        Answer.read(
                                stage.toCompletableFuture()
                                        .get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException | NeverException e) {
                LOG.debug("node {} says nothing of copies", node.shortName(), e);
            }
        });
        return said;
    }

    /** Tells every connected member that copies are not wanted any more. */
    void spread(Release release) {
        byte[] payload = new Wire.LetGo(release).write();
        for (Member member : mesh.members()) {
            if (member.connected()) {
                var _ =
                        mesh.request(member.node(), Wire.TOPIC, payload, PATIENCE)
                                .exceptionally(error -> {
                                    boolean known = error instanceof PeerEdgeException;
                                    LOG.debug(
                                            "node {} did not take a release ({})",
                                            member.node().shortName(),
                                            known ? error.getMessage() : error);
                                    return new byte[0];
                                });
            }
        }
    }
}
