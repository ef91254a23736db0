// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.codec.CodecId;

/**
 * Which code to ask a member for. A piece that loses a part is lost as a whole, a group of symbols
 * loses a symbol: so pieces as they are where a channel loses nothing, and the codec that decodes
 * fastest here where it does. See {@code docs/decisions/0021}.
 */
final class CodecChoice {
    /** So much more must arrive of symbols than of pieces, for a link to be coded. */
    private static final double PAYS = 0.99;

    /**
     * Where one link was worth it, all that may lose frames are coded for so long: the next loss
     * may be another's, and where there is none it costs only computing.
     */
    private static final long STAYS_NANOS = 30 * Time.SECOND;

    private final Core core;

    /** So long links that may lose frames are coded, since one of them did. */
    private long codedUntilNanos = Long.MIN_VALUE;

    CodecChoice(Core core) {
        this.core = core;
    }

    /** The code for a group of that many bytes from that source; empty for pieces as they are. */
    Optional<CodecId> choose(Source s, int groupBytes, int pieceBytes) {
        Coding coding = core.coding;
        int symbolBytes = pieceBytes / Coding.SYMBOLS;
        if (coding.use().equals(Coding.AUTO)) {
            return s.peer.lossy && pays(s.peer, symbolBytes, pieceBytes)
                    ? fastest(s, groupBytes, symbolBytes)
                    : Optional.empty();
        }
        return id(coding.use(), s, groupBytes, symbolBytes);
    }

    /** Also while nothing is known: a piece is much to lose. */
    private boolean pays(Peer peer, int symbolBytes, int pieceBytes) {
        double pieces = peer.loss.arrives(pieceBytes);
        double symbols = peer.loss.arrives(symbolBytes);
        if (pieces < PAYS * symbols) {
            codedUntilNanos = core.now + STAYS_NANOS;
        }
        return peer.loss.unknown() || core.now < codedUntilNanos;
    }

    private Optional<CodecId> fastest(Source s, int groupBytes, int symbolBytes) {
        Optional<CodecId> best = Optional.empty();
        long most = -1;
        for (Map.Entry<String, Coding.Speed> e : core.coding.byName().entrySet()) {
            Optional<CodecId> id = id(e.getKey(), s, groupBytes, symbolBytes);
            if (id.isPresent() && e.getValue().decode() > most) {
                most = e.getValue().decode();
                best = id;
            }
        }
        return best;
    }

    private Optional<CodecId> id(String type, Source s, int groupBytes, int symbolBytes) {
        if (type.equals(Coding.NONE) || s.peer.hasNo(type, core.now)) {
            return Optional.empty();
        }
        int k = Math.ceilDiv(groupBytes, symbolBytes);
        return core.coding.repairs(type, k).map(m -> new CodecId(type, k, m, symbolBytes));
    }
}
