// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Transfers.TransferInfo;

/**
 * The transfers that run, and the last that ended. Changed on the engine's loop, listed from any
 * thread; the lock is held for a look only.
 */
final class TransferTable {
    private static final int KEPT = 200;

    private final Map<Digest, Transfer> running = new LinkedHashMap<>();
    private final ArrayDeque<Transfer> ended = new ArrayDeque<>();

    synchronized Optional<Transfer> running(Digest digest) {
        return Optional.ofNullable(running.get(digest));
    }

    synchronized void add(Transfer transfer) {
        running.put(transfer.digest, transfer);
    }

    /** Moves an ended transfer to the history. */
    synchronized void retire(Transfer transfer) {
        running.remove(transfer.digest, transfer);
        ended.addFirst(transfer);
        if (ended.size() > KEPT) {
            ended.removeLast();
        }
    }

    synchronized int size() {
        return running.size();
    }

    synchronized List<Transfer> all() {
        return List.copyOf(running.values());
    }

    synchronized List<TransferInfo> list(long nowNanos) {
        List<TransferInfo> list = new ArrayList<>();
        running.values().forEach(t -> list.addFirst(t.info(nowNanos)));
        ended.forEach(t -> list.add(t.info(nowNanos)));
        return list;
    }
}
