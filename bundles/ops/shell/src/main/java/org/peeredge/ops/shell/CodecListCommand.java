// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;

/** {@code dts:codec-list}. */
@Service
@Command(
        scope = "dts",
        name = "codec-list",
        description =
                "Shows this node's codecs, which is in use, and what dts:codec-bench measured")
public final class CodecListCommand extends ListCommand {
    /** What the engine knows; without one nothing is in use. */
    private record Known(String chosen, String inUse, Map<String, CodecSpeed> speeds) {
        static final Known NOTHING = new Known("", "", Map.of());

        String use(String type) {
            if (inUse.equals(Codecs.AUTO)) {
                return "auto";
            }
            if (inUse.equals(type)) {
                return "in use";
            }
            return chosen.equals(type) ? "out of use" : ""; // there, yet the engine does not use it
        }

        long encodeMegabytes(String type) {
            CodecSpeed speed = speeds.get(type);
            return speed == null ? -1 : CodecRating.megabytes(speed.encodeBytesPerSecond());
        }

        long decodeMegabytes(String type) {
            CodecSpeed speed = speeds.get(type);
            return speed == null ? -1 : CodecRating.megabytes(speed.decodeBytesPerSecond());
        }
    }

    @Override
    Rows rows(Services services) throws Exception {
        Optional<Known> there =
                services.ifThere(Codecs.class, c -> new Known(c.chosen(), c.inUse(), c.measured()));
        Known known = there.orElse(Known.NOTHING);
        Rows rows = new Rows("type", "ranking", "use", "encode_mb_s", "decode_mb_s", "bundle");
        Set<String> seen = new HashSet<>();
        services.eachPlugin(
                CodecProvider.class,
                plugin -> {
                    String type = plugin.type();
                    // Of several of a type the best, which comes first, is the one that is used.
                    boolean best = seen.add(type);
                    rows.add(
                            type,
                            plugin.ranking(),
                            best ? known.use(type) : "",
                            best ? known.encodeMegabytes(type) : -1,
                            best ? known.decodeMegabytes(type) : -1,
                            plugin.bundle());
                });
        if (waits(known, seen)) {
            rows.add(
                    known.chosen(),
                    0,
                    "when it comes",
                    known.encodeMegabytes(known.chosen()),
                    known.decodeMegabytes(known.chosen()),
                    "not installed");
        }
        return rows;
    }

    private static boolean waits(Known known, Set<String> seen) {
        return !known.chosen().equals(known.inUse()) && !seen.contains(known.chosen());
    }
}
