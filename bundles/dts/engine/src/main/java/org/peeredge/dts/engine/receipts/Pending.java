// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.engine.wire.Limits;

/** What was received and is in no entry yet. */
final class Pending {
    private final Map<Digest, Long> blobs = new LinkedHashMap<>();
    long bytes;
    long pieces;

    /** Blobs beyond what an entry can name count all the same, unnamed. */
    void add(Digest blob, long more, long morePieces) {
        long counted = Math.min(more, Limits.MAX_ENTRY_BYTES - bytes);
        if (counted <= 0) {
            return; // a giver that has not answered for a TiB
        }
        bytes += counted;
        pieces += morePieces;
        long named = blobs.getOrDefault(blob, 0L) + counted;
        if (named <= Pieces.MAX_BLOB_BYTES
                && (blobs.size() < Delivery.MAX_BLOBS || blobs.containsKey(blob))) {
            blobs.put(blob, named);
        }
    }

    List<Delivery.BlobBytes> blobs() {
        List<Delivery.BlobBytes> list = new ArrayList<>(blobs.size());
        blobs.forEach((blob, count) -> list.add(new Delivery.BlobBytes(blob, count)));
        return list;
    }

    void clear() {
        blobs.clear();
        bytes = 0;
        pieces = 0;
    }
}
