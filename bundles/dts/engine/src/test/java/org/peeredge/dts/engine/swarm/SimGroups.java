// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** A node's simulated codecs: a symbol is its number, who sent it, and whether it is genuine. */
final class SimGroups {
    /** Real codecs that fail at k symbols do so in about 0.5 % of cases. */
    private static final int FAILS_IN = 200;

    private final SimNode node;
    private final Map<Key, Map<Integer, Symbol>> groups = new LinkedHashMap<>();

    /** Groups that were decoded, by type, and those that needed more than the code's k symbols. */
    final Map<String, Integer> decoded = new LinkedHashMap<>();

    SimGroups(SimNode node) {
        this.node = node;
    }

    private record Key(Digest digest, int group) {}

    private record Symbol(NodeId from, boolean genuine) {}

    void clear() {
        groups.clear();
    }

    void drop(Action.DropSymbols a) {
        groups.remove(new Key(a.digest(), a.group()));
    }

    void keep(Action.KeepSymbols a, boolean genuine) {
        Map<Integer, Symbol> group =
                groups.computeIfAbsent(new Key(a.digest(), a.group()), _ -> new LinkedHashMap<>());
        a.which().stream().forEach(i -> group.put(a.first() + i, new Symbol(a.from(), genuine)));
    }

    /** Bytes of the symbols that a request names. */
    static int bytes(Message.GetSymbols m, long sizeBytes) {
        CodecId codec = m.codec();
        int start = m.group() * Pieces.GROUP_PIECES;
        int group = 0;
        for (int p = start; p < Math.min(start + 4, Pieces.count(sizeBytes)); p++) {
            group += Pieces.length(sizeBytes, p);
        }
        return new CodedGroup(m.group(), codec, start, 1, group, new BitSet(), new BitSet())
                .length(m.first(), m.count());
    }

    /** How long it takes to make the repair symbols among them. */
    long encodeNanos(Message.GetSymbols m) {
        int k = m.codec().sourceSymbols();
        int repairs = m.first() + m.count() - Math.max(k, m.first());
        Coding.Speed speed = node.sim.speeds.getOrDefault(m.codec().type(), Coding.Speed.UNKNOWN);
        // Measured with half as many repair symbols as source symbols.
        double share = Math.max(0, repairs) / (k / 2.0);
        return nanos((long) (share * k * m.codec().symbolBytes()), speed.encode());
    }

    private static long nanos(long bytes, long bytesPerSecond) {
        return bytesPerSecond == 0 ? 0 : bytes * SwarmSim.SECOND / bytesPerSecond;
    }

    void decode(Action.Decode a) {
        Map<Integer, Symbol> group = groups.getOrDefault(new Key(a.digest(), a.group()), Map.of());
        long repairs = group.keySet().stream().filter(n -> n >= a.codec().sourceSymbols()).count();
        Coding.Speed speed = node.sim.speeds.getOrDefault(a.codec().type(), Coding.Speed.UNKNOWN);
        long nanos = repairs == 0 ? 0 : nanos(a.bytes(), speed.decode());
        node.later(SimNode.MILLI + nanos, () -> decoded(a, group));
    }

    private void decoded(Action.Decode a, Map<Integer, Symbol> group) {
        int k = a.codec().sourceSymbols() - a.known().cardinality() * Coding.SYMBOLS;
        boolean unlucky =
                a.codec().repairSymbols() < 0
                        && group.size() == k
                        && node.sim.random.nextInt(FAILS_IN) == 0;
        if (group.size() < k || unlucky) {
            node.event(
                    new Event.GroupUndecoded(
                            a.digest(), a.group(), Math.max(2, k - group.size()), false));
            return;
        }
        Set<NodeId> senders = new LinkedHashSet<>();
        group.values().forEach(s -> senders.add(s.from));
        boolean good = first(group, k, s -> true);
        for (NodeId one : good ? Set.<NodeId>of() : senders) {
            good |= first(group, k, s -> !s.from.equals(one));
        }
        Set<NodeId> liars = new LinkedHashSet<>();
        for (NodeId one : good ? Set.<NodeId>of() : senders) {
            if (first(group, k, s -> s.from.equals(one))) {
                good = true;
            } else if (group.values().stream().filter(s -> s.from.equals(one)).count() >= k) {
                liars.add(one);
            }
        }
        if (good) {
            group.values().stream().filter(s -> !s.genuine).forEach(s -> liars.add(s.from));
        }
        liars.forEach(from ->
                node.event(
                        new Event.SymbolsForged(
                                a.digest(), a.group(), from, a.codec().symbolBytes())));
        if (!good) {
            node.event(new Event.GroupUndecoded(a.digest(), a.group(), 2, true));
            return;
        }
        groups.remove(new Key(a.digest(), a.group()));
        decoded.merge(a.codec().type(), 1, Integer::sum);
        List<Symbol> all = List.copyOf(group.values());
        int at = 0;
        for (Action.Part part : a.parts()) {
            node.write(a.digest(), part.piece(), true);
            NodeId from = all.get((2 * at++ + 1) * all.size() / (2 * a.parts().size())).from;
            node.event(new Event.PieceStored(a.digest(), part.piece(), from, part.bytes()));
        }
        node.event(new Event.GroupDecoded(a.digest(), a.group()));
    }

    /** Whether the first k symbols of some senders are there, and all genuine. */
    private static boolean first(Map<Integer, Symbol> group, int k, Predicate<Symbol> some) {
        List<Symbol> used = group.values().stream().filter(some).limit(k).toList();
        return used.size() == k && used.stream().allMatch(Symbol::genuine);
    }
}
