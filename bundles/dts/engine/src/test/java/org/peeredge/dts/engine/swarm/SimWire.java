// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;

/** What one node's messages weigh on the wire: as they are encoded, with the heads around them. */
final class SimWire {
    /** A TLS record's head and tag, a length, and the heads of TCP, IP and Ethernet. */
    private static final int HEADS = 29 + 4 + 66;

    /** What the simulation leaves out of a certificate, and of a signature. */
    private static final int CERTIFICATE_BYTES = 510;

    private static final int SIGNATURE_BYTES = 71;

    private final MessageCodec codec = new MessageCodec();
    private final byte[] shown;
    private @Nullable Message last;
    private long lastBytes;

    /**
     * A node's.
     *
     * @param shown its certificate, which it has shown to all
     */
    SimWire(byte[] shown) {
        this.shown = shown;
    }

    @SuppressWarnings("ReferenceEquality") // one to many is the same
    long bytes(Message message) {
        if (message != last) {
            last = message;
            int body = codec.encode(message, shown).remaining() + leftOut(message);
            lastBytes = SwarmSim.wireBytes(body) + HEADS;
        }
        return lastBytes;
    }

    private int leftOut(Message message) {
        if (!(message instanceof Message.Claims m)) {
            return 0;
        }
        long others =
                m.claims().stream()
                        .map(Claim::certificate)
                        .filter(c -> !Arrays.equals(c, shown))
                        .map(Arrays::hashCode)
                        .distinct()
                        .count();
        return (int) others * CERTIFICATE_BYTES + m.claims().size() * SIGNATURE_BYTES;
    }
}
