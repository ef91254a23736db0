// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.time.Instant;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.Receipts;

/** {@code dts:receipts}. */
@Service
@Command(
        scope = "dts",
        name = "receipts",
        description = "Shows what this node and other members have signed about bytes delivered")
public final class ReceiptsCommand extends ListCommand {
    @Override
    Rows rows(Services services) throws Exception {
        return services.call(
                Receipts.class,
                Missing.RECEIPTS,
                receipts -> {
                    Rows rows =
                            new Rows(
                                    "giver",
                                    "taker",
                                    "epoch",
                                    "number",
                                    "delivered_bytes",
                                    "pieces",
                                    "last_bytes",
                                    "at",
                                    "forks");
                    for (Receipt receipt : receipts.last()) {
                        Delivery d = receipt.delivery();
                        long forks =
                                receipts.forks().stream()
                                        .map(Fork::other)
                                        .filter(d::sameChain)
                                        .count();
                        rows.add(
                                d.giver(),
                                d.taker(),
                                d.epoch(),
                                d.number(),
                                d.bytes(),
                                d.pieces(),
                                d.addedBytes(),
                                Instant.ofEpochMilli(d.atMillis()),
                                forks);
                    }
                    return rows;
                });
    }
}
