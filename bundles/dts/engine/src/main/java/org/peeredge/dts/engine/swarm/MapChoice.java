// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.evidence.Judge;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.kernel.api.NodeId;

/**
 * The piece maps heard of for one blob and the one in use. Trusted is a map signed by an origin, by
 * this node, or by two members, as long as no other map has as good a claim. Conflicting maps that
 * no origin settles are all suspended: the digest decides in the end, and names the liars.
 */
final class MapChoice {
    private static final int MAX_MAPS = 4;
    private static final int MAX_SAID = 64;

    private final Digest digest;
    private final Map<String, Candidate> candidates = new LinkedHashMap<>();
    private final Set<NodeId> liars = new LinkedHashSet<>();

    /** What each signer has signed first: evidence against it, should that be false. */
    private final Map<NodeId, Said> said = new LinkedHashMap<>();

    /** A map, as one signer's word; without its leaves, since there may be many signers. */
    record Said(long sizeBytes, byte[] root, MapSignature signature) {
        boolean is(PieceMap map) {
            return sizeBytes == map.sizeBytes() && Arrays.equals(root, map.root());
        }

        Evidence evidence(Optional<Evidence.Witness> witness) {
            return new Evidence.FalseMap(sizeBytes, root, signature, witness);
        }
    }

    private @Nullable Candidate active;
    private boolean trusted;
    private boolean disputed;

    MapChoice(Digest digest) {
        this.digest = digest;
    }

    @Nullable PieceMap map() {
        return active == null ? null : active.signed.map();
    }

    @Nullable SignedMap signed() {
        return active == null ? null : active.signed;
    }

    boolean trusted() {
        return trusted;
    }

    /** Two maps or more, and nobody whose word settles it. */
    boolean disputed() {
        return disputed;
    }

    /**
     * Whether the map is true, and not only to be worked with: two members may lie together, and
     * nobody is banned for what does not match their map.
     */
    boolean proves() {
        Candidate map = active;
        return trusted
                && map != null
                && (map.settled || map.signers.isEmpty() || map.signers.size() >= Judge.WITNESSES);
    }

    boolean signedBy(NodeId node) {
        return active != null && active.signers.contains(node);
    }

    Set<NodeId> signers() {
        return active == null ? Set.of() : active.signers;
    }

    byte[] leaf(int piece) {
        PieceMap map = map();
        if (map == null) {
            throw new IllegalStateException("no piece map of " + digest);
        }
        int at = piece * PieceMap.LEAF_BYTES;
        return Arrays.copyOfRange(map.leaves(), at, at + PieceMap.LEAF_BYTES);
    }

    /** A sha256 blob of one piece needs nobody's word: its digest is its only leaf. */
    void fromDigest(long sizeBytes) {
        byte[] leaf = HexFormat.of().parseHex(digest.hex());
        active =
                new Candidate(
                        new SignedMap(new PieceMap(digest, sizeBytes, leaf), List.of()), Set.of());
        trusted = true;
    }

    /**
     * Takes a map whose signatures were checked.
     *
     * @return whether the map in use is another one than before
     */
    boolean add(SignedMap map, Set<NodeId> signers, boolean originSigned, NodeId self) {
        Set<NodeId> good = new TreeSet<>(signers);
        good.removeAll(liars);
        if (good.isEmpty()) {
            return false;
        }
        heard(map, signers);
        String root = HexFormat.of().formatHex(map.map().root()) + map.map().sizeBytes();
        Candidate known = candidates.get(root);
        if (known == null) {
            if (candidates.size() >= MAX_MAPS) {
                return false;
            }
            known = new Candidate(map, good);
            candidates.put(root, known);
        } else {
            known.signers.addAll(good);
            known.signed = new SignedMap(known.signed.map(), merged(known.signed, map));
        }
        known.settled |= originSigned || good.contains(self);
        return choose();
    }

    /** Signers come in the order of their signatures. */
    private void heard(SignedMap map, Set<NodeId> signers) {
        if (signers.size() == map.signatures().size()) {
            Iterator<MapSignature> signature = map.signatures().iterator();
            for (NodeId signer : signers) {
                MapSignature his = signature.next();
                if (said.size() < MAX_SAID) {
                    said.putIfAbsent(
                            signer, new Said(map.map().sizeBytes(), map.map().root(), his));
                }
            }
        }
    }

    private Map<NodeId, Said> words(Set<NodeId> named, Predicate<Said> isFalse) {
        Map<NodeId, Said> words = new LinkedHashMap<>();
        for (NodeId liar : named) {
            Said word = said.get(liar);
            if (word != null && isFalse.test(word)) {
                words.put(liar, word);
            }
        }
        return words;
    }

    /** The map in use is false: names those who signed it. */
    Map<NodeId, Said> refuted() {
        Candidate refuted = active;
        if (refuted == null) {
            return Map.of();
        }
        Set<NodeId> named = new LinkedHashSet<>(refuted.signers);
        candidates.values().removeIf(c -> c == refuted);
        condemn(named);
        return words(named, s -> s.is(refuted.signed.map()));
    }

    /** The map is proven: names those who signed another. */
    Map<NodeId, Said> proven(PieceMap map) {
        Set<NodeId> named = new LinkedHashSet<>();
        for (Candidate c : candidates.values()) {
            if (!c.signed.map().equals(map)) {
                named.addAll(c.signers);
            }
        }
        candidates.values().removeIf(c -> !c.signed.map().equals(map));
        condemn(named);
        return words(named, s -> !s.is(map));
    }

    /** The proven map with the signatures known for it. */
    SignedMap with(PieceMap map) {
        SignedMap known = signed();
        return known != null && known.map().equals(map) ? known : new SignedMap(map, List.of());
    }

    private void condemn(Set<NodeId> named) {
        liars.addAll(named);
        for (Candidate c : candidates.values()) {
            c.signers.removeAll(named);
        }
        candidates.values().removeIf(c -> c.signers.isEmpty());
        active = null;
        choose();
    }

    private boolean choose() {
        Candidate before = active;
        Candidate best = null;
        int settled = 0;
        for (Candidate c : candidates.values()) {
            settled += c.settled ? 1 : 0;
            if (best == null || better(c, best)) {
                best = c;
            }
        }
        active = best;
        disputed = candidates.size() > 1 && settled != 1;
        trusted = best != null && !disputed && (best.settled || best.signers.size() >= 2);
        return before == null ? best != null : best != before;
    }

    private static boolean better(Candidate a, Candidate b) {
        if (a.settled != b.settled) {
            return a.settled;
        }
        return a.signers.size() > b.signers.size();
    }

    private static List<MapSignature> merged(SignedMap a, SignedMap b) {
        List<MapSignature> all = new ArrayList<>(a.signatures());
        for (MapSignature s : b.signatures()) {
            if (all.size() < SignedMap.MAX_SIGNATURES
                    && all.stream()
                            .noneMatch(k -> Arrays.equals(k.certificate(), s.certificate()))) {
                all.add(s);
            }
        }
        return all;
    }

    private static final class Candidate {
        SignedMap signed;
        final Set<NodeId> signers;
        boolean settled;

        Candidate(SignedMap signed, Set<NodeId> signers) {
            this.signed = signed;
            this.signers = new TreeSet<>(signers);
        }
    }
}
