// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Transfers;

/** {@code dts:transfer-list}. */
@Service
@Command(
        scope = "dts",
        name = "transfer-list",
        description = "Shows what this node fetches and fetched lately")
public final class TransferListCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Transfers.class,
                Missing.TRANSFERS,
                transfers -> {
                    Rows rows =
                            new Rows(
                                    "digest",
                                    "state",
                                    "pieces_have",
                                    "pieces",
                                    "size_bytes",
                                    "peer_bytes",
                                    "origin_bytes",
                                    "upstream_bytes",
                                    "wasted_bytes",
                                    "elapsed_millis",
                                    "sources",
                                    "reason");
                    transfers.list().forEach(t -> add(rows, t));
                    return rows;
                });
    }

    private static void add(Rows rows, Transfers.TransferInfo t) {
        rows.add(
                t.digest(),
                t.state(),
                t.piecesHave(),
                t.pieces(),
                t.sizeBytes(),
                t.bytesFromPeers(),
                t.bytesFromOrigins(),
                t.bytesFromUpstream(),
                t.wastedBytes(),
                t.elapsedMillis(),
                t.sources().stream().sorted().toList(),
                t.reason());
    }
}
