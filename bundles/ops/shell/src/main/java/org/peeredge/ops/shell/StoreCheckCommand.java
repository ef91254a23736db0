// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.util.function.Consumer;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.ContentStore;

/** {@code dts:store-check}. */
@Service
@Command(
        scope = "dts",
        name = "store-check",
        description = "Reads every blob again, drops damaged ones, repairs the index")
public final class StoreCheckCommand extends ShellCommand {
    private static final int STEPS = 10;

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        ContentStore.CheckReport report =
                services.call(
                        ContentStore.class,
                        Missing.STORE,
                        store -> store.check(progress(store.usage().storedBytes(), out)));
        new Rows("blobs", "bytes", "damaged", "reindexed", "stray_files_removed")
                .add(
                        report.blobs(),
                        report.bytes(),
                        report.damaged(),
                        report.reindexed(),
                        report.strayFiles())
                .print(out, json);
    }

    /** A line for each tenth; none in JSON. */
    private Consumer<Long> progress(long totalBytes, PrintStream out) {
        long[] shown = {0};
        return bytes -> {
            long tenth = totalBytes <= 0 ? 0 : Math.min(STEPS, bytes * STEPS / totalBytes);
            if (!json && tenth > shown[0]) {
                shown[0] = tenth;
                out.println("read " + tenth * 100 / STEPS + " % of " + totalBytes + " bytes");
                out.flush();
            }
        };
    }
}
