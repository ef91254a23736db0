// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.cache.Cache;

/** {@code dts:cache-use}. */
@Service
@Command(
        scope = "dts",
        name = "cache-use",
        description = "Puts a cache policy in force; nothing is dropped for it")
public final class CacheUseCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Argument(name = "type", required = true, description = "Type, as cache-list shows it")
    @Completion(CacheCompleter.class)
    String type = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Cache.Change change =
                services.call(
                        Cache.class,
                        Missing.STORE,
                        cache -> Stages.await(cache.use(type), PATIENCE, "the change"));
        Changes.print(out, json, "cache policy", change.before(), change.after());
    }
}
