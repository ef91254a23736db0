// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.SignedMap;

/** What a node keeps when it is killed. */
final class SimDisk {
    final Map<Digest, Blob> blobs = new LinkedHashMap<>();
    boolean full;

    Blob blob(Digest digest) {
        return blobs.computeIfAbsent(digest, d -> new Blob());
    }

    /**
     * One blob, complete or not; {@code genuine} tells which of its pieces are what they should be.
     */
    static final class Blob {
        final BitSet have = new BitSet();
        final BitSet genuine = new BitSet();
        boolean complete;
        boolean confined;
        @Nullable SignedMap map;
    }
}
