// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.kernel.api.Clock;

/** {@code dts:codec-bench}. */
@Service
@Command(
        scope = "dts",
        name = "codec-bench",
        description =
                "Measures this node's codecs: megabytes per second of one thread, some seconds a row")
public final class CodecBenchCommand extends ShellCommand {
    /** k, m and bytes of a symbol: small objects, image layers, many small symbols. */
    private static final int[][] SHAPES = {
        {4, 2, 256 * 1024}, {10, 4, 64 * 1024}, {32, 16, 64 * 1024}, {1024, 512, 1216}
    };

    @Argument(name = "type", description = "Type, as codec-list shows it; all when it is left out")
    @Completion(CodecCompleter.class)
    String type = "";

    @Option(name = "--json", description = "Print a JSON array instead of a table")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Rows rows = new Rows("type", "k", "m", "symbol_bytes", "encode_mb_s", "decode_mb_s");
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
                                    measure(plugin.service(), clock, rows, out);
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
    }

    private void measure(CodecProvider codec, Clock clock, Rows rows, PrintStream out)
            throws InterruptedException {
        CodecRating rating = new CodecRating(codec, clock);
        for (int[] shape : SHAPES) {
            Optional<CodecId> id = rating.id(shape[0], shape[1], shape[2]);
            if (id.isEmpty()) {
                continue;
            }
            if (!json) {
                out.println(
                        "measuring "
                                + codec.type()
                                + " with k = "
                                + shape[0]
                                + ", m = "
                                + shape[1]);
                out.flush();
            }
            CodecRating.Speed speed = rating.measure(id.get(), shape[1]);
            rows.add(
                    codec.type(),
                    shape[0],
                    shape[1],
                    shape[2],
                    speed.encodeMegabytes(),
                    speed.decodeMegabytes());
        }
    }
}
