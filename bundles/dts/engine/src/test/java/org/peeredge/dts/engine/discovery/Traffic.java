// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.peeredge.dts.engine.discovery.MeshSim.Node;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What the members of a simulated mesh said, by kind and by what they are. */
final class Traffic {
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

    private Traffic() {}

    static void sent(long[] said, Kind kind, int bytes) {
        said[2 * kind.ordinal()] += bytes;
    }

    static void received(long[] said, Kind kind, int bytes) {
        said[2 * kind.ordinal() + 1] += bytes;
    }

    /** One line: mean, p99 and most of them, in kbit/s both ways; then the bytes by kind. */
    static String line(String who, List<Node> nodes, ToDoubleFunction<Node> kilobits, double secs) {
        double[] all = nodes.stream().mapToDouble(kilobits).sorted().toArray();
        if (all.length == 0) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        out.append(
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
            int at = 2 * kind.ordinal();
            double sent = nodes.stream().mapToLong(n -> n.said[at]).sum() / secs / all.length;
            double in = nodes.stream().mapToLong(n -> n.said[at + 1]).sum() / secs / all.length;
            if (sent + in > 0.005) {
                out.append(String.format(Locale.ROOT, " %s %.2f+%.2f", kind, sent, in));
            }
        }
        return out.append(System.lineSeparator()).toString();
    }
}
