// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints rows as a Markdown table and writes them as JSON. */
final class Report {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Report() {}

    static void print(List<Figure> rows, PrintStream out) {
        out.println("\n| figure | ours | peer | ratio | must | aim | unit | spread of the ratio |");
        out.println("|---|---|---|---|---|---|---|---|");
        for (Figure f : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %s | %s |%n",
                    f.name(),
                    Figure.number(f.ours()),
                    Figure.number(f.peer()),
                    Figure.number(f.ratio()),
                    f.must(),
                    f.aim(),
                    f.unit(),
                    f.spread());
        }
    }

    static void write(List<Figure> rows, Path file) throws IOException {
        ArrayNode list = JSON.createArrayNode();
        for (Figure f : rows) {
            ObjectNode row = list.addObject().put("name", f.name());
            put(row, "ours", f.ours());
            put(row, "peer", f.peer());
            put(row, "ratio", f.ratio());
            row.put("must", f.must()).put("aim", f.aim());
            row.put("unit", f.unit()).put("spread", f.spread());
        }
        Files.createDirectories(file.getParent());
        Files.write(file, JSON.writeValueAsBytes(list));
    }

    /** JSON has no number for what is not known, and none for what has no end: null. */
    static void put(ObjectNode object, String name, double value) {
        if (Double.isFinite(value)) {
            object.put(name, value);
        } else {
            object.putNull(name);
        }
    }
}
