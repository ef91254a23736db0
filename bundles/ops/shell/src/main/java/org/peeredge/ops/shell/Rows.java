// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.table.ShellTable;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/**
 * What a listing command shows. The column names are the JSON keys; where a value has a unit, the
 * name ends with it. Tables shorten ids and digests for people, JSON has them whole.
 */
final class Rows {
    private static final int SHORT_DIGEST = 12;

    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    Rows(String... columns) {
        this.columns = List.of(columns);
    }

    /** Adds one row: strings, numbers, booleans, ids, digests, or collections of them. */
    Rows add(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.asList(cells));
        return this;
    }

    void print(PrintStream out, boolean json) {
        if (json) {
            out.println(json());
            return;
        }
        ShellTable table = new ShellTable();
        columns.forEach(table::column);
        for (List<Object> row : rows) {
            table.addRow().addContent(row.stream().map(Rows::text).toArray());
        }
        table.emptyTableText("None").print(out);
    }

    private String json() {
        return rows.stream()
                .map(row -> {
                    List<String> fields = new ArrayList<>();
                    for (int i = 0; i < columns.size(); i++) {
                        fields.add(Json.of(columns.get(i)) + ":" + Json.of(row.get(i)));
                    }
                    return "{" + String.join(",", fields) + "}";
                })
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String text(Object cell) {
        return switch (cell) {
            case NodeId node -> node.shortName();
            case Digest digest ->
                    digest.algorithm() + ":" + digest.hex().substring(0, SHORT_DIGEST);
            case Collection<?> many ->
                    many.stream().map(Rows::text).collect(Collectors.joining(","));
            default -> printable(cell.toString());
        };
    }

    /** Text from other nodes may not move an operator's cursor. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
