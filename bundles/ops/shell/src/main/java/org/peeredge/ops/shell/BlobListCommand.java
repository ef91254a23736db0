// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.ContentStore;

/** {@code dts:blob-list}. */
@Service
@Command(scope = "dts", name = "blob-list", description = "Shows the blobs in this node's store")
public final class BlobListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                ContentStore.class,
                Missing.STORE,
                store -> {
                    Rows rows = new Rows("digest", "size_bytes", "complete", "pinned", "confined");
                    store.list().forEach(b -> add(rows, b, true));
                    store.incomplete().forEach(b -> add(rows, b, false));
                    return rows;
                });
    }

    private static void add(Rows rows, ContentStore.BlobInfo blob, boolean complete) {
        rows.add(blob.digest(), blob.sizeBytes(), complete, blob.pinned(), blob.confined());
    }
}
