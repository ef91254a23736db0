// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.engine.evidence.Judge;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.kernel.api.NodeId;

/**
 * The hashes of a blob's pieces by the word of those who read them from an upstream, while no map
 * is trusted. What this node has read itself it believes; of others the first word counts, until
 * somebody contradicts it or the digest proves that one of them is false. See {@code
 * docs/decisions/0010}.
 */
final class PieceClaims {
    /** Claims kept beyond one for each piece, so that those who contradict others are named. */
    private static final int SPARE = 64;

    private final Map<Integer, byte[]> read = new LinkedHashMap<>();
    private final Map<Integer, Said> said = new LinkedHashMap<>();
    private final List<Event.Claimed> all = new ArrayList<>();

    /** By signature: they come again and again. */
    private final Map<ByteBuffer, Event.Claimed> heard = new LinkedHashMap<>(16, 0.75f, true);

    /** Pieces that may be asked of members: there is one hash for them. */
    private final BitSet known = new BitSet();

    /** Pieces that this node has to read itself. */
    private final BitSet disputed = new BitSet();

    private record Said(NodeId by, byte[] hash) {}

    boolean known(int piece) {
        return known.get(piece);
    }

    /** A piece still needed that only this node's own reading can settle, or -1. */
    int disputed(BitSet need) {
        for (int p = disputed.nextSetBit(0); p >= 0; p = disputed.nextSetBit(p + 1)) {
            if (need.get(p)) {
                return p;
            }
        }
        return -1;
    }

    boolean disputed(int piece) {
        return disputed.get(piece);
    }

    /** Whether somebody said a hash of each of these, be it in doubt. */
    boolean knowsAll(BitSet pieces) {
        for (int p = pieces.nextSetBit(0); p >= 0; p = pieces.nextSetBit(p + 1)) {
            if (!known.get(p) && !disputed.get(p)) {
                return false;
            }
        }
        return true;
    }

    /** Whether this node has read it from upstream itself. */
    boolean readHere(int piece) {
        return read.containsKey(piece);
    }

    /** The hash in use; null while there is none. */
    byte @Nullable [] hash(int piece) {
        byte[] own = read.get(piece);
        if (own != null) {
            return own;
        }
        Said other = known.get(piece) ? said.get(piece) : null;
        return other == null ? null : other.hash;
    }

    /** Whose word that is; null for this node's own, or for nobody's. */
    @Nullable NodeId by(int piece) {
        Said other = read.containsKey(piece) || !known.get(piece) ? null : said.get(piece);
        return other == null ? null : other.by;
    }

    /** Whether others said another hash than this node has read. */
    boolean contradicts(int piece, byte[] hash) {
        Said other = said.get(piece);
        return other != null && !Arrays.equals(other.hash, hash);
    }

    /** This node has read a piece. */
    void read(int piece, byte[] hash) {
        read.put(piece, hash);
        known.set(piece);
    }

    /**
     * Takes a claim of which it is known who made it.
     *
     * @param pieces in the blob
     */
    void add(Event.Claimed claimed, int pieces) {
        NodeId by = claimed.by();
        Claim claim = claimed.claim();
        heard.put(ByteBuffer.wrap(claim.signature()), claimed);
        if (heard.size() > pieces + SPARE) {
            heard.remove(heard.keySet().iterator().next());
        }
        boolean news = false;
        for (int i = 0; i < claim.pieces().size(); i++) {
            int piece = claim.pieces().get(i);
            if (piece >= pieces) {
                continue;
            }
            byte[] hash = claim.hash(i);
            Said before = said.get(piece);
            if (before == null) {
                said.put(piece, new Said(by, hash));
                news = true;
                if (!disputed.get(piece)) {
                    known.set(piece);
                }
            } else if (!Arrays.equals(before.hash, hash)) {
                news = true;
                dispute(piece);
            }
        }
        if (news && all.size() < pieces + SPARE) {
            all.add(claimed);
        }
    }

    /** Takes a map that one member has signed and nobody else yet: a claim of every piece. */
    void add(NodeId by, PieceMap map) {
        for (int piece = 0; piece < map.pieces(); piece++) {
            byte[] hash =
                    Arrays.copyOfRange(
                            map.leaves(),
                            piece * PieceMap.LEAF_BYTES,
                            (piece + 1) * PieceMap.LEAF_BYTES);
            Said before = said.putIfAbsent(piece, new Said(by, hash));
            if (before == null && !disputed.get(piece)) {
                known.set(piece);
            } else if (before != null && !Arrays.equals(before.hash, hash)) {
                dispute(piece);
            }
        }
    }

    /** Whether each of these pieces was taken by the hash that a map gives. */
    boolean follows(PieceMap map, BitSet pieces) {
        for (int p = pieces.nextSetBit(0); p >= 0; p = pieces.nextSetBit(p + 1)) {
            byte[] hash = hash(p);
            if (hash == null || p >= map.pieces() || !map.matches(p, hash)) {
                return false;
            }
        }
        return true;
    }

    /** Not to be asked of members any more: this node reads it itself. */
    void dispute(int piece) {
        if (!read.containsKey(piece)) {
            known.clear(piece);
            disputed.set(piece);
        }
    }

    /** Claims to be passed on. */
    int count() {
        return all.size();
    }

    /** Claims to be passed on, from the {@code first} on, at most so many. */
    List<Claim> from(int first, int most) {
        return all.subList(first, Math.min(all.size(), first + most)).stream()
                .map(Event.Claimed::claim)
                .toList();
    }

    /** Who made a claim, where that was heard before. */
    Optional<NodeId> author(Claim claim) {
        Event.Claimed known = heard.get(ByteBuffer.wrap(claim.signature()));
        return known != null && same(known.claim(), claim)
                ? Optional.of(known.by())
                : Optional.empty();
    }

    private static boolean same(Claim a, Claim b) {
        return a.upstream().equals(b.upstream())
                && a.pieces().equals(b.pieces())
                && Arrays.equals(a.hashes(), b.hashes())
                && Arrays.equals(a.certificate(), b.certificate());
    }

    /** Keeps this node's own claim, to be passed on. */
    void signed(NodeId self, Claim claim) {
        Event.Claimed claimed = new Event.Claimed(self, claim, true);
        heard.put(ByteBuffer.wrap(claim.signature()), claimed);
        all.add(claimed);
    }

    /** Claims that the proven map contradicts, one of each liar. */
    List<Event.Claimed> contradicted(PieceMap map) {
        Map<NodeId, Event.Claimed> liars = new LinkedHashMap<>();
        for (Event.Claimed c : all) {
            if (Judge.falsePiece(c.claim(), map) >= 0) {
                liars.putIfAbsent(c.by(), c);
            }
        }
        return List.copyOf(liars.values());
    }

    /** Begins anew: even what was read here is in doubt. */
    void clear() {
        read.clear();
        said.clear();
        all.clear();
        heard.clear();
        known.clear();
        disputed.clear();
    }
}
