// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.List;

/**
 * A piece map and who vouches for it. Whether it is trusted is for the engine to say: one signer
 * with the role origin, or two independent members.
 *
 * @param map the map
 * @param signatures at most {@link #MAX_SIGNATURES}
 */
public record SignedMap(PieceMap map, List<MapSignature> signatures) {
    /** No more signatures are kept or sent. */
    public static final int MAX_SIGNATURES = 4;

    /** Copies the list and checks its length. */
    public SignedMap {
        signatures = List.copyOf(signatures);
        if (signatures.size() > MAX_SIGNATURES) {
            throw new IllegalArgumentException(
                    signatures.size() + " signatures, at most " + MAX_SIGNATURES);
        }
    }
}
