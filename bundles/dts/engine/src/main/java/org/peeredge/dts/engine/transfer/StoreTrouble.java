// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.RetryLaterException;

/** What was read from upstream could not be stored: the store's fault, not the upstream's. */
final class StoreTrouble extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean full;

    private StoreTrouble(Exception cause) {
        super(Ingress.message(cause), cause);
        full = cause instanceof RetryLaterException;
    }

    /** Writes a piece. */
    static void write(PartialBlob partial, int piece, ByteBuffer bytes) throws StoreTrouble {
        try {
            partial.write(piece, bytes);
        } catch (IOException | RuntimeException e) {
            throw new StoreTrouble(e);
        }
    }

    /** What the swarm is told. */
    Event event(Digest digest) {
        return new Event.StoreFailed(digest, Ingress.message(this), full);
    }
}
