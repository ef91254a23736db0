// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Replicas.ReplicaInfo;
import org.peeredge.kernel.api.NodeId;

/** The ledger as an operator sees it. */
final class ReplicaList {
    private ReplicaList() {}

    static List<ReplicaInfo> of(Ledger ledger, Predicate<Digest> has) {
        List<ReplicaInfo> all = new ArrayList<>();
        synchronized (ledger) {
            for (Entry entry : ledger.entries()) {
                if (!entry.leaving) {
                    all.add(info(ledger, entry, has));
                }
            }
        }
        return all;
    }

    private static ReplicaInfo info(Ledger ledger, Entry entry, Predicate<Digest> has) {
        Item item = entry.item;
        Set<NodeId> keepers = new HashSet<>(entry.keepers.keySet());
        if (!entry.own) {
            keepers.add(ledger.self());
        }
        return new ReplicaInfo(
                item.title(),
                item.id().manifest(),
                item.id().owner(),
                entry.own ? entry.pinned ? "pinned" : "published" : "kept",
                state(entry, has),
                item.copies(),
                keepers,
                item.sizeBytes(),
                entry.own ? -1 : ledger.leaseLeftSeconds(entry));
    }

    private static String state(Entry entry, Predicate<Digest> has) {
        if (!entry.own && !entry.item.parts().stream().allMatch(p -> has.test(p.digest()))) {
            return "fetching";
        }
        return entry.trouble.isEmpty() ? "well" : "short: " + entry.trouble;
    }
}
