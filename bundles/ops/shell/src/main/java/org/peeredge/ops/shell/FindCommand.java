// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.discovery.Finder;

/** {@code dts:find}. */
@Service
@Command(
        scope = "dts",
        name = "find",
        description = "Looks for members that hold a blob and connects to some of them")
public final class FindCommand extends ListCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Argument(name = "digest", required = true, description = "As sha256:<64 hex digits>")
    String digest = "";

    @Override
    Rows rows(Services services) throws Exception {
        Digest wanted = Digest.parse(digest);
        Finder.Found found =
                services.call(
                        Finder.class,
                        Missing.TRANSFERS,
                        finder -> Stages.await(finder.find(wanted), PATIENCE, "the search"));
        Rows rows = new Rows("holder", "asked", "elapsed_millis");
        found.holders().stream()
                .sorted()
                .forEach(node -> rows.add(node, found.how(), found.elapsedMillis()));
        return rows;
    }
}
