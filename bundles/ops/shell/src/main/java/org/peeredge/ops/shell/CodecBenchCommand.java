// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.kernel.api.Clock;

/** {@code dts:codec-bench}. */
@Service
@Command(
        scope = "dts",
        name = "codec-bench",
        description =
                "Measures this node's codecs, megabytes per second of one thread, some seconds a"
                        + " row, and remembers the speed with k = 32, m = 16")
public final class CodecBenchCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** One way to cut a block. */
    private record Shape(int k, int m, int symbolBytes) {
        /** How many times as many symbols, or as few, as another. */
        double farFrom(Shape other) {
            return Math.abs(Math.log((double) k / other.k));
        }
    }

    /** A block of image layers; what is remembered. */
    private static final Shape REMEMBERED = new Shape(32, 16, 64 * 1024);

    /** Small objects, image layers, many small symbols. */
    private static final List<Shape> SHAPES =
            List.of(
                    new Shape(4, 2, 256 * 1024),
                    new Shape(10, 4, 64 * 1024),
                    REMEMBERED,
                    new Shape(1024, 512, 1216));

    private record Measured(Shape shape, CodecSpeed speed) {}

    @Argument(name = "type", description = "Type, as codec-list shows it; all when it is left out")
    @Completion(CodecCompleter.class)
    String type = "";

    @Option(name = "--json", description = "Print a JSON array instead of a table")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Rows rows =
                new Rows(
                        "type",
                        "k",
                        "m",
                        "symbol_bytes",
                        "encode_mb_s",
                        "decode_mb_s",
                        "remembered");
        List<String> troubles = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        services.call(
                Clock.class,
                "this node has no clock: is the feature peeredge-kernel installed?",
                clock -> {
                    services.eachPlugin(
                            CodecProvider.class,
                            plugin -> {
                                // The best of its type is the one that the node uses.
                                if ((type.isEmpty() || type.equals(plugin.type()))
                                        && seen.add(plugin.type())) {
                                    show(
                                            plugin.type(),
                                            measure(plugin.service(), clock, out),
                                            services,
                                            rows,
                                            troubles);
                                }
                            });
                    return rows;
                });
        if (seen.isEmpty()) {
            throw new IllegalArgumentException(
                    type.isEmpty()
                            ? "no codec is installed"
                            : "no codec of type '" + type + "'; see dts:codec-list");
        }
        rows.print(out, json);
        if (!json) {
            troubles.stream().distinct().forEach(out::println);
        }
    }

    private List<Measured> measure(CodecProvider codec, Clock clock, PrintStream out)
            throws InterruptedException {
        CodecRating rating = new CodecRating(codec, clock);
        List<Measured> all = new ArrayList<>();
        for (Shape shape : SHAPES) {
            Optional<CodecId> id = rating.id(shape.k(), shape.m(), shape.symbolBytes());
            if (id.isEmpty()) {
                continue;
            }
            if (!json) {
                out.println(
                        "measuring "
                                + codec.type()
                                + " with k = "
                                + shape.k()
                                + ", m = "
                                + shape.m());
                out.flush();
            }
            all.add(new Measured(shape, rating.measure(id.get(), shape.m())));
        }
        return all;
    }

    private static void show(
            String codec, List<Measured> all, Services services, Rows rows, List<String> troubles)
            throws Exception {
        Optional<Measured> best =
                all.stream().min(Comparator.comparingDouble(m -> m.shape().farFrom(REMEMBERED)));
        boolean kept = best.isPresent() && remember(codec, best.get().speed(), services, troubles);
        for (Measured m : all) {
            rows.add(
                    codec,
                    m.shape().k(),
                    m.shape().m(),
                    m.shape().symbolBytes(),
                    CodecRating.megabytes(m.speed().encodeBytesPerSecond()),
                    CodecRating.megabytes(m.speed().decodeBytesPerSecond()),
                    kept && m.equals(best.get()));
        }
    }

    /** What was measured is worth printing, whatever becomes of it. */
    private static boolean remember(
            String codec, CodecSpeed speed, Services services, List<String> troubles)
            throws Exception {
        try {
            services.call(
                    Codecs.class,
                    Missing.TRANSFERS,
                    codecs -> {
                        Stages.await(
                                codecs.measured(codec, speed).thenApply(_ -> speed),
                                PATIENCE,
                                "remembering");
                        return speed;
                    });
            return true;
        } catch (RuntimeException e) {
            troubles.add("nothing was remembered: " + e.getMessage());
            return false;
        }
    }
}
