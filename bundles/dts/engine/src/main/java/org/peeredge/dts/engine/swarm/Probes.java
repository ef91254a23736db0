// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.evidence.Court;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;

/**
 * Questions for one piece, only to see whether what comes is genuine: it is hashed and dropped.
 * They look like any other request. One to a member at a time.
 */
final class Probes {
    private static final long PATIENCE_NANOS = 3 * Time.SECOND;

    /**
     * What a piece must be.
     *
     * @param proven by the true map; else by the accused's own claim
     */
    record Expected(byte[] hash, long sizeBytes, boolean proven) {}

    /** Where the hashes come from. */
    interface Hashes {
        Optional<Expected> of(NodeId node, Digest digest, int piece);
    }

    private record Probe(Digest digest, int piece, Expected expected, long since) {
        boolean is(Digest other, int group, int first) {
            return digest.equals(other) && piece == (long) group * Pieces.GROUP_PIECES + first;
        }
    }

    private final Core core;
    private final Court court;
    private final Hashes hashes;
    private final Map<NodeId, Probe> open = new LinkedHashMap<>();

    Probes(Core core, Court court, Hashes hashes) {
        this.core = core;
        this.court = court;
        this.hashes = hashes;
    }

    /**
     * Asks for a piece, unless some of its pieces are on their way or being checked, which will
     * show it as well, or nobody could say what it must be.
     */
    boolean ask(NodeId node, Digest digest, int piece) {
        Peer peer = core.peers.get(node);
        if (peer == null || peer.banned || open.containsKey(node) || peer.openBytes() > 0) {
            return false;
        }
        Optional<Expected> expected = hashes.of(node, digest, piece);
        if (expected.isEmpty()) {
            return false;
        }
        open.put(node, new Probe(digest, piece, expected.get(), core.now));
        int group = piece / Pieces.GROUP_PIECES;
        int pieces = Pieces.count(expected.get().sizeBytes());
        int k = Math.min(Pieces.GROUP_PIECES, pieces - group * Pieces.GROUP_PIECES);
        CodecId codec = new CodecId(Coding.NONE, k, 0, Pieces.bytes(expected.get().sizeBytes()));
        int first = piece % Pieces.GROUP_PIECES;
        boolean checked = expected.get().proven;
        core.send(
                node,
                new Message.GetSymbols(
                        digest, group, codec, first, 1, new byte[0], false, checked));
        return true;
    }

    /** Whether the bytes answer a probe; then they are looked at here and nowhere else. */
    boolean arrived(Event.SymbolsArrived e) {
        SymbolsHeader h = e.header();
        Probe p = open.get(e.from());
        boolean piece = h.count() == 1 && h.codec().type().equals(Coding.NONE);
        if (p == null || !piece || !p.is(h.digest(), h.group(), h.first())) {
            return false;
        }
        open.remove(e.from());
        core.arrived(e.bytes());
        if (e.bytes() == Pieces.length(p.expected.sizeBytes, p.piece)) {
            byte[] hash = p.expected.hash;
            core.act(new Action.CheckProbe(p.digest, p.piece, e.from(), e.handle(), hash));
        } else {
            core.act(new Action.Discard(e.handle()));
            court.probed(e.from(), p.digest, p.piece, Optional.of(false), core.now);
        }
        return true;
    }

    /** Whether the refusal answers a probe. */
    boolean refused(NodeId from, Message.Refused m) {
        Probe p = open.get(from);
        if (p == null || !p.is(m.digest(), m.group(), m.first())) {
            return false;
        }
        open.remove(from);
        court.probed(from, p.digest, p.piece, Optional.empty(), core.now);
        return true;
    }

    void down(NodeId node) {
        open.remove(node);
    }

    void tick() {
        for (Map.Entry<NodeId, Probe> e : List.copyOf(open.entrySet())) {
            Probe p = e.getValue();
            if (core.now - p.since >= PATIENCE_NANOS) {
                open.remove(e.getKey());
                court.probed(e.getKey(), p.digest, p.piece, Optional.empty(), core.now);
            }
        }
    }
}
