// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a byte costs over the number of source symbols, as an SVG with two logarithmic axes. */
final class Curve {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 520;
    private static final int LEFT = 60;
    private static final int RIGHT = 180;
    private static final int TOP = 70;
    private static final int BOTTOM = 50;

    private final StringBuilder svg = new StringBuilder();
    private final double leastK;
    private final double mostK;
    private final double leastNanos;
    private final double mostNanos;

    /**
     * A point.
     *
     * @param nanos for a source byte
     */
    record Point(int k, double nanos) {}

    /** A line of them. */
    record Series(String name, String colour, boolean dashed, List<Point> points) {}

    private Curve(List<Series> all) {
        leastK = least(all, Point::k);
        mostK = most(all, Point::k);
        leastNanos = least(all, Point::nanos) / 1.2;
        mostNanos = most(all, Point::nanos) * 1.2;
    }

    private static double least(List<Series> all, ToDoubleFunction<Point> what) {
        return points(all).stream().mapToDouble(what).min().orElse(1);
    }

    private static double most(List<Series> all, ToDoubleFunction<Point> what) {
        return points(all).stream().mapToDouble(what).max().orElse(2);
    }

    private static List<Point> points(List<Series> all) {
        return all.stream().map(Series::points).flatMap(Collection::stream).toList();
    }

    /** All of it; {@code lines} of text stand above. */
    static String svg(List<String> lines, List<Series> all) {
        List<Series> some = all.stream().filter(s -> !s.points().isEmpty()).toList();
        return new Curve(some).draw(lines, some);
    }

    private String draw(List<String> lines, List<Series> all) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">"
                        .formatted(WIDTH, HEIGHT));
        add("<!-- SPDX-License-Identifier: Apache-2.0 -->");
        add("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        for (int i = 0; i < lines.size(); i++) {
            text(10, 18 + 16 * i, "start", "black", lines.get(i));
        }
        axes();
        double before = 0;
        for (Series series :
                all.stream().sorted((a, b) -> Double.compare(endY(a), endY(b))).toList()) {
            line(series);
            // Names stand beside where lines end, one below the other.
            before = Math.max(before + 14, endY(series) + 4);
            text(WIDTH - RIGHT + 8, before, "start", series.colour(), series.name());
        }
        add("</svg>");
        return svg.toString();
    }

    private double endY(Series series) {
        return y(series.points().getLast().nanos());
    }

    private void axes() {
        for (int k = 1; k <= mostK; k *= 2) {
            if (k >= leastK) {
                grid(x(k), x(k), TOP, HEIGHT - BOTTOM);
                text(x(k), HEIGHT - BOTTOM + 18, "middle", "black", String.valueOf(k));
            }
        }
        for (int power = -4; power < 3; power++) {
            for (int step : new int[] {1, 2, 5}) {
                double nanos = step * Math.pow(10, power);
                if (nanos >= leastNanos && nanos <= mostNanos) {
                    grid(LEFT, WIDTH - RIGHT, y(nanos), y(nanos));
                    String label = decimal(nanos, Math.max(0, -power));
                    text(LEFT - 6, y(nanos) + 4, "end", "black", label);
                }
            }
        }
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "black", "source symbols k");
        text(10, TOP - 8, "start", "black", "ns per source byte");
    }

    private void grid(double x1, double x2, double y1, double y2) {
        add(
                "<line x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\" stroke=\"#ddd\"/>"
                        .formatted(at(x1), at(x2), at(y1), at(y2)));
    }

    private void line(Series series) {
        List<String> points = new ArrayList<>();
        for (Point p : series.points()) {
            points.add(at(x(p.k())) + "," + at(y(p.nanos())));
            add(
                    "<circle cx=\"%s\" cy=\"%s\" r=\"2.5\" fill=\"%s\"/>"
                            .formatted(at(x(p.k())), at(y(p.nanos())), series.colour()));
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"%s/>"
                        .formatted(
                                String.join(" ", points),
                                series.colour(),
                                series.dashed() ? " stroke-dasharray=\"5\"" : ""));
    }

    private double x(double k) {
        return LEFT + part(k, leastK, mostK) * (WIDTH - RIGHT - LEFT);
    }

    private double y(double nanos) {
        return HEIGHT - BOTTOM - part(nanos, leastNanos, mostNanos) * (HEIGHT - BOTTOM - TOP);
    }

    private static double part(double value, double least, double most) {
        return most > least ? Math.log(value / least) / Math.log(most / least) : 0.5;
    }

    private void text(double x, double y, String anchor, String colour, String words) {
        add(
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\">%s</text>"
                        .formatted(
                                at(x),
                                at(y),
                                anchor,
                                colour,
                                words.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private void add(String line) {
        svg.append(line).append('\n');
    }

    private static String at(double place) {
        return decimal(place, 1);
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
