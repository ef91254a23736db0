// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.peeredge.dts.engine.discovery.MeshSim.Node;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What a member of a simulated mesh said and heard, by kind. */
final class Traffic {
    private final Map<Kind, Long> sent = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> received = new EnumMap<>(Kind.class);

    /** Of what a byte is part. */
    enum Kind {
        CONNECT,
        MEMBERS,
        OWN_LEASE,
        PASSED_LEASE,
        HOLDINGS,
        PULL,
        FILTER,
        KEYS,
        FIND,
        FOUND;

        static Kind of(NodeId from, Message.Finding message) {
            return switch (message) {
                case Message.Lease m -> m.tracker().equals(from) ? OWN_LEASE : PASSED_LEASE;
                case Message.Available m ->
                        m.epoch() == 0 ? HOLDINGS : m.filter().length > 0 ? FILTER : KEYS;
                case Message.Find m -> m.about().isPresent() ? PULL : FIND;
                case Message.Found _ -> FOUND;
            };
        }
    }

    void sent(Kind kind, int bytes) {
        sent.merge(kind, (long) bytes, Long::sum);
    }

    void received(Kind kind, int bytes) {
        received.merge(kind, (long) bytes, Long::sum);
    }

    /** All bytes, both ways. */
    long bytes() {
        return Stream.of(sent, received)
                .flatMap(way -> way.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    void clear() {
        sent.clear();
        received.clear();
    }

    /** One line: mean, p99 and most of them, in kbit/s both ways; then the bytes by kind. */
    static String line(String who, List<Node> nodes, ToDoubleFunction<Node> kilobits, double secs) {
        double[] all = nodes.stream().mapToDouble(kilobits).sorted().toArray();
        if (all.length == 0) {
            return "";
        }
        StringBuilder line = new StringBuilder();
        line.append(
                String.format(
                        Locale.ROOT,
                        "%-9s %5d: kbit/s mean %.2f, median %.2f, p99 %.2f, most %.2f; B/s out+in:",
                        who,
                        all.length,
                        Arrays.stream(all).average().orElseThrow(),
                        all[all.length / 2],
                        all[all.length * 99 / 100],
                        all[all.length - 1]));
        for (Kind kind : Kind.values()) {
            double out = each(nodes, kind, n -> n.said.sent) / secs;
            double in = each(nodes, kind, n -> n.said.received) / secs;
            if (out + in > 0.005) {
                line.append(String.format(Locale.ROOT, " %s %.2f+%.2f", kind, out, in));
            }
        }
        return line.append(System.lineSeparator()).toString();
    }

    private static double each(List<Node> nodes, Kind kind, Function<Node, Map<Kind, Long>> way) {
        return nodes.stream()
                .mapToLong(n -> way.apply(n).getOrDefault(kind, 0L))
                .average()
                .orElseThrow();
    }
}
