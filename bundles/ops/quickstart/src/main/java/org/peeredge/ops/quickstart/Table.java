// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Shows people what a pull did. */
final class Table {
    private final PrintStream out;

    Table(PrintStream out) {
        this.out = out;
    }

    /**
     * A line for each node, and what it comes to.
     *
     * @param source who had the content before
     * @param sourceBytes what that one sent in all
     * @param others who spared it the rest
     */
    void print(List<PullRun.Row> rows, String source, long sourceBytes, String others) {
        // Edges read the registry themselves only when the origin does not.
        boolean registry = rows.stream().anyMatch(row -> row.upstreamBytes() > 0);
        String fourth = registry ? String.format(Locale.ROOT, " %14s", "from registry") : "";
        out.println();
        out.printf(
                Locale.ROOT,
                "  %-8s %14s %14s%s %9s  %s%n",
                "node",
                "from origin",
                "from peers",
                fourth,
                "seconds",
                "digests");
        for (PullRun.Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "  %-8s %s %s%s %9.2f  %d checked%n",
                    row.node(),
                    megabytes(row.originBytes()),
                    megabytes(row.peerBytes()),
                    registry ? " " + megabytes(row.upstreamBytes()) : "",
                    row.seconds(),
                    row.digests());
        }
        long all = rows.stream().mapToLong(PullRun.Row::contentBytes).sum();
        out.println();
        out.printf(
                Locale.ROOT,
                "%d pulls of %.1f MB, %.1f MB in all: %.1f MB from %s, the rest from %s.%n",
                rows.size(),
                all / 1e6 / rows.size(),
                all / 1e6,
                sourceBytes / 1e6,
                source,
                others);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%11.1f MB", bytes / 1e6);
    }
}
