// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Map;

/**
 * What may be coded with: the operator's wish, and the codecs that are here.
 *
 * @param use {@link #AUTO}, {@link #NONE}, or the type that is used wherever it can be
 * @param codecs the types that are installed now, each with its measured speed
 */
public record Coding(String use, Map<String, Speed> codecs) {
    /** Each link's losses decide. */
    public static final String AUTO = "auto";

    /** Pieces as they are. */
    public static final String NONE = "none";

    /**
     * One thread's, in bytes of the group per second; 0 where it was not measured.
     *
     * @param encode making as many repair symbols as half of the source symbols
     * @param decode restoring as many
     */
    public record Speed(long encode, long decode) {
        /** Not measured. */
        public static final Speed UNKNOWN = new Speed(0, 0);
    }

    /** Copies the map. */
    public Coding {
        codecs = Map.copyOf(codecs);
    }

    /** Nothing but pieces as they are. */
    static Coding none() {
        return new Coding(NONE, Map.of());
    }
}
