// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/** Numbers made of names: short, spread evenly, the same at each node. */
public final class Keys {
    private static final int DIGITS = 16;

    private Keys() {}

    /** The key of a blob: the first 8 bytes of its digest. */
    public static long of(Digest digest) {
        return Long.parseUnsignedLong(digest.hex(), 0, DIGITS, 16);
    }

    /** A number for a node. */
    static long of(NodeId node) {
        return Long.parseUnsignedLong(node.hex(), 0, DIGITS, 16);
    }

    /** Where a node stands among candidates, unsigned: the same for all who ask. */
    static long rank(NodeId node) {
        return mix(of(node));
    }

    /** Rendezvous rank of {@code other} for {@code self}, unsigned: spreads choices evenly. */
    static long rank(NodeId self, NodeId other) {
        return mix(of(self) ^ mix(of(other)));
    }

    /** The finaliser of SplitMix64. */
    static long mix(long key) {
        long z = key + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
