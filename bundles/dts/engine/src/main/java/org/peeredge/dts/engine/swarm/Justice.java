// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.evidence.Court;
import org.peeredge.dts.engine.evidence.Judge;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What the swarm knows, for the {@link Court}; and what the court decides, for the swarm. */
final class Justice implements Court.Bench {
    /** Maps of held blobs that evidence was weighed against. */
    private static final int MAX_KNOWN = 4;

    private static final int MAX_LOADS = 64;
    private static final long LOAD_NANOS = 5 * Time.SECOND;

    private final Core core;
    private final Court court;
    private final Probes probes;
    private final Map<Digest, PieceMap> known = new LinkedHashMap<>();
    private final Map<Digest, Long> loading = new LinkedHashMap<>();

    Justice(Core core) {
        this.core = core;
        this.court = new Court(core.self, this);
        this.probes = new Probes(core, court, this::hash);
    }

    // What the swarm sees

    void up(NodeId node) {
        if (core.peers.containsKey(node)) {
            court.up(node, core.now);
        }
    }

    void down(NodeId node) {
        probes.down(node);
        court.down(node);
    }

    void tick() {
        loading.values().removeIf(since -> core.now - since >= LOAD_NANOS);
        probes.tick();
        court.tick(core.now);
    }

    boolean arrived(Event.SymbolsArrived e) {
        return probes.arrived(e);
    }

    boolean refused(NodeId from, Message.Refused m) {
        return probes.refused(from, m);
    }

    void probed(Event.ProbeChecked e) {
        court.probed(e.from(), e.digest(), e.piece(), e.genuine(), core.now);
    }

    void received(NodeId from, Message.Against m) {
        court.received(from, m, core.now);
    }

    void checked(Event.EvidenceChecked e) {
        court.checked(e.from(), e.evidence(), e.finding(), core.now);
    }

    void signed(Message.Against m) {
        court.signed(m, core.now);
    }

    /** A member sent a false piece, and is banned for it here. */
    void accuse(NodeId liar, Digest digest, int piece) {
        court.accuse(liar, digest, piece, core.now);
    }

    /** A member sent a piece that is not what it should be, and may be right or not have known. */
    void doubt(NodeId node, Digest digest, int piece) {
        court.doubt(node, digest, piece, core.now);
    }

    /** The map of a blob that is here came from the store. */
    void loaded(SignedMap map) {
        if (core.held.containsKey(map.map().digest())) {
            learned(map.map());
        }
    }

    /** This node signs or has signed maps and claims of its own: only others are named. */
    void found(NodeId liar, Digest digest, Evidence evidence) {
        if (!liar.equals(core.self)) {
            String reason = Court.reason(evidence);
            court.found(new Message.Against(digest, liar, evidence), reason, core.now);
        }
    }

    /** As {@link #found}, by a statement whose signature was not looked at. */
    private void told(NodeId liar, Digest digest, Evidence evidence) {
        court.heard(new Message.Against(digest, liar, evidence), core.now);
    }

    /** A blob's true map is known: whoever signed another, or claimed a false piece, is named. */
    void proven(Transfer t, PieceMap truth) {
        SignedMap signed = t.maps.with(truth);
        t.maps.proven(truth)
                .forEach((liar, said) ->
                        found(liar, t.digest, said.evidence(Judge.witness(signed, 0))));
        for (Event.Claimed c : t.claims.contradicted(truth)) {
            int piece = Judge.falsePiece(c.claim(), truth);
            Evidence claim =
                    new Evidence.FalseClaim(t.sizeBytes, c.claim(), Judge.witness(signed, piece));
            if (c.checked()) {
                found(c.by(), t.digest, claim);
            } else {
                told(c.by(), t.digest, claim);
            }
        }
        learned(truth);
    }

    /** The digest refutes the map in use: those who signed it are named. */
    void refuted(Transfer t) {
        t.maps.refuted()
                .forEach((liar, said) -> found(liar, t.digest, said.evidence(Optional.empty())));
    }

    private void learned(PieceMap map) {
        loading.remove(map.digest());
        known.remove(map.digest());
        known.put(map.digest(), map);
        if (known.size() > MAX_KNOWN) {
            known.remove(known.keySet().iterator().next());
        }
        court.truth(map, core.now);
    }

    // What the court uses

    @Override
    public Collection<NodeId> members() {
        List<NodeId> members = new ArrayList<>();
        for (Peer peer : core.peers.values()) {
            if (!peer.banned) {
                members.add(peer.id);
            }
        }
        return members;
    }

    @Override
    public void send(NodeId to, Message.Against evidence) {
        core.send(to, evidence);
    }

    @Override
    public void check(NodeId from, Message.Against evidence) {
        core.act(new Action.CheckEvidence(from, evidence));
    }

    @Override
    public void sign(NodeId accused, Digest digest, int piece) {
        core.act(new Action.SignAccusation(accused, digest, piece));
    }

    @Override
    public Optional<PieceMap> truth(Digest digest) {
        Transfer t = core.transfers.get(digest);
        if (t != null && t.maps.proves()) {
            return Optional.ofNullable(t.maps.map());
        }
        if (!core.held.containsKey(digest)) {
            return Optional.empty();
        }
        PieceMap map = known.get(digest);
        if (map == null && loading.size() < MAX_LOADS && !loading.containsKey(digest)) {
            loading.put(digest, core.now);
            core.act(new Action.LoadMap(digest));
        }
        return Optional.ofNullable(map);
    }

    @Override
    public boolean awaits(Digest digest) {
        return core.transfers.containsKey(digest) || core.held.containsKey(digest);
    }

    @Override
    public void convict(NodeId liar, String reason, long banMillis, NodeId by) {
        core.punish(liar, reason, banMillis, by);
    }

    @Override
    public boolean probe(NodeId accused, Digest digest, int piece) {
        return probes.ask(accused, digest, piece);
    }

    @Override
    public void suspect(NodeId node, boolean yes) {
        Peer peer = core.peers.get(node);
        if (peer != null) {
            peer.suspect = yes;
        }
    }

    /** What a piece of a member's must hash to, whoever asks: the truth, or its own word. */
    private Optional<Probes.Expected> hash(NodeId accused, Digest digest, int piece) {
        Optional<PieceMap> truth = truth(digest).filter(map -> piece < map.pieces());
        if (truth.isPresent()) {
            PieceMap map = truth.get();
            int at = piece * PieceMap.LEAF_BYTES;
            byte[] hash = java.util.Arrays.copyOfRange(map.leaves(), at, at + PieceMap.LEAF_BYTES);
            return Optional.of(new Probes.Expected(hash, map.sizeBytes(), true));
        }
        Transfer t = core.transfers.get(digest);
        if (t == null || !t.fast || piece >= t.pieces()) {
            return Optional.empty();
        }
        byte @Nullable [] claimed =
                accused.equals(t.claims.by(piece)) ? t.claims.hash(piece) : null;
        return Optional.ofNullable(claimed).map(h -> new Probes.Expected(h, t.sizeBytes, false));
    }
}
