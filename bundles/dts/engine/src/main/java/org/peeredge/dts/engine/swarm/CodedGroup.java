// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.NodeId;

/**
 * A group of pieces that is fetched as symbols: any that are enough will do, whoever sends them.
 * Each is asked of one source only, the source symbols first.
 */
final class CodedGroup {
    /** Beyond so many times what would do, it is fetched by pieces. */
    private static final int MOST_TIMES = 4;

    final int group;
    final CodecId codec;
    final int firstPiece;
    final int pieces;
    final int bytes;

    /** Pieces that are to be restored, and those that are here already, from the first one on. */
    final BitSet wanted;

    final BitSet known;

    /** With so many the codec can be asked at the earliest. */
    final int least;

    /** Numbers that have come. */
    final BitSet arrived = new BitSet();

    /** How many are here of each member. */
    final Map<NodeId, Integer> by = new LinkedHashMap<>();

    /** Under way, in the order in which they were asked for. */
    final List<Ask> asks = new ArrayList<>();

    /** Given up; what comes all the same is of use. */
    final List<Ask> late = new ArrayList<>();

    /** Some of what is here is false: all that would do is fetched of this one alone. */
    @Nullable NodeId alone;

    /** Those that have been asked alone. */
    final Set<NodeId> tried = new LinkedHashSet<>();

    /** With so many the codec is asked. */
    int enough;

    boolean decoding;

    /** When something of it came last. */
    long progressNanos;

    /** Bytes that are here. */
    long heldBytes;

    /** Symbols under way that will come, as far as one knows, and how sure that is (variance). */
    private double expected;

    private double spread;

    private int next;
    private final BitSet asked = new BitSet();

    /** A message that asked for symbols in a row. */
    static final class Ask {
        final Source source;
        final int first;
        final int count;
        final int bytes;
        final long sentNanos;
        final long softNanos;
        final long deadlineNanos;

        /** That it is answered, as far as one knows, 0 to 1. */
        double chance;

        /** Answers to later ones that have come from the same source. */
        int overtaken;

        Ask(
                Source source,
                int first,
                int count,
                int bytes,
                long sentNanos,
                long softNanos,
                long deadlineNanos,
                double chance) {
            this.chance = chance;
            this.source = source;
            this.first = first;
            this.count = count;
            this.bytes = bytes;
            this.sentNanos = sentNanos;
            this.softNanos = softNanos;
            this.deadlineNanos = deadlineNanos;
        }
    }

    CodedGroup(
            int group,
            CodecId codec,
            int firstPiece,
            int pieces,
            int bytes,
            BitSet wanted,
            BitSet known) {
        this.wanted = wanted;
        this.known = known;
        this.group = group;
        this.codec = codec;
        this.firstPiece = firstPiece;
        this.pieces = pieces;
        this.bytes = bytes;
        int each = Coding.SYMBOLS;
        for (int p = known.nextSetBit(0); p >= 0; p = known.nextSetBit(p + 1)) {
            asked.set(p * each, Math.min(codec.sourceSymbols(), (p + 1) * each));
        }
        this.least = codec.sourceSymbols() - asked.cardinality();
        this.enough = least;
    }

    private int symbols() {
        int m = codec.repairSymbols();
        return m < 0 ? Limits.MAX_SYMBOL_NUMBER : codec.sourceSymbols() + m;
    }

    /** Bytes of symbols in a row: the last source symbol ends where the group ends. */
    int length(int first, int count) {
        int size = codec.symbolBytes();
        int last = codec.sourceSymbols() - 1;
        boolean cut = first <= last && last < first + count;
        return count * size - (cut ? codec.sourceSymbols() * size - bytes : 0);
    }

    /** The first of at most {@code most} symbols in a row to ask for, or -1. */
    int first() {
        int first = free(next);
        first = first < symbols() ? first : free(0);
        return first < symbols() ? first : -1;
    }

    /** How many in a row from {@code first} on are neither here nor under way. */
    int run(int first, int most) {
        int count = 0;
        while (count < most && first + count < symbols() && free(first + count) == first + count) {
            count++;
        }
        return count;
    }

    private int free(int from) {
        int at = asked.nextClearBit(from);
        while (arrived.get(at)) {
            at = asked.nextClearBit(at + 1);
        }
        return at;
    }

    void add(Ask ask) {
        asks.add(ask);
        count(ask, 1);
        asked.set(ask.first, ask.first + ask.count);
        next = ask.first + ask.count;
    }

    /** It is not awaited any more; others may be asked for the same once all else was. */
    void remove(Ask ask) {
        if (asks.remove(ask)) {
            count(ask, -1);
            asked.clear(ask.first, ask.first + ask.count);
        }
    }

    /** It is late: do not count on it. */
    void doubt(Ask ask) {
        count(ask, -1);
        ask.chance = 0;
        count(ask, 1);
    }

    private void count(Ask ask, int sign) {
        expected += sign * ask.count * ask.chance;
        spread += sign * ask.count * ask.count * ask.chance * (1 - ask.chance);
    }

    /**
     * How many more to ask for.
     *
     * @param spares so many times the spread of what will come beside what is enough
     */
    int wants(double spares) {
        double comes = here() + expected - spares * Math.sqrt(Math.max(0, spread));
        return decoding ? 0 : (int) Math.ceil(enough - comes - 0.5);
    }

    /** What was asked of a source with these numbers. */
    @Nullable Ask find(List<Ask> among, Source source, int first, int count) {
        for (Ask ask : among) {
            if (ask.source == source && ask.first == first && ask.count == count) {
                return ask;
            }
        }
        return null;
    }

    /** How many are here of the one that is asked alone, or of all. */
    int here() {
        return alone == null ? arrived.cardinality() : by.getOrDefault(alone, 0);
    }

    /** Whether so many have come that it is not worth going on. */
    boolean hopeless() {
        return arrived.cardinality() > MOST_TIMES * codec.sourceSymbols();
    }
}
