// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Completion times as an SVG: a line of dots for each system, one dot for each member and run, and
 * the bounds.
 */
final class Plot {
    private static final int LEFT = 190;
    private static final int WIDTH = 800;
    private static final int ROW = 34;
    private static final int TOP = 46;

    private Plot() {}

    static String completions(
            String title, String command, List<SwarmRun> runs, Map<String, Double> bounds) {
        Set<String> systems = new LinkedHashSet<>();
        double most = bounds.getOrDefault("swarm", 0.0);
        for (SwarmRun run : runs) {
            if (run.counts()) {
                most = Math.max(most, run.last());
                systems.add(label(run));
            }
        }
        double scale = (WIDTH - LEFT - 30) / (most * 1.05);
        int bottom = TOP + ROW * systems.size();
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        .formatted(WIDTH, bottom + 50));
        svg.append("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(svg, 10, 18, "start", title + ": when members had all");
        text(svg, 10, 34, "start", command);
        int y = TOP + ROW / 2;
        for (String system : systems) {
            text(svg, LEFT - 10, y + 4, "end", system);
            for (SwarmRun run : runs) {
                if (run.counts() && label(run).equals(system)) {
                    for (double seconds : run.sorted()) {
                        svg.append(
                                String.format(
                                        Locale.ROOT,
                                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#1f77b4\" fill-opacity=\"0.4\"/>%n",
                                        LEFT + seconds * scale,
                                        y + (run.number() % 5 - 2) * 4.0));
                    }
                }
            }
            y += ROW;
        }
        axis(svg, most, scale, bottom);
        bounds.forEach((name, seconds) -> {
            double x = LEFT + seconds * scale;
            if (x < WIDTH) {
                svg.append(
                        String.format(
                                Locale.ROOT,
                                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#d62728\" stroke-dasharray=\"4\"/>%n",
                                x,
                                x,
                                TOP,
                                bottom));
                text(svg, (int) x, bottom + 38, "middle", "bound: " + name);
            }
        });
        return svg.append("</svg>\n").toString();
    }

    /** The system; with what it brought, where that is not one and the same. */
    private static String label(SwarmRun run) {
        String id = run.scenario().id();
        return id.startsWith("p9-") ? run.system() + ", " + id : run.system();
    }

    private static void axis(StringBuilder svg, double most, double scale, int bottom) {
        svg.append(
                "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"black\"/>%n"
                        .formatted(LEFT, WIDTH - 20, bottom, bottom));
        double step = Math.pow(10, Math.floor(Math.log10(most)));
        if (most / step < 4) {
            step /= 2;
        }
        for (double at = 0; at <= most * 1.05; at += step) {
            text(svg, (int) (LEFT + at * scale), bottom + 18, "middle", Figure.number(at) + " s");
        }
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String words) {
        svg.append(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n"
                        .formatted(x, y, anchor, words.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
