// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What may be coded with: the operator's wish, and the codecs that are here.
 *
 * @param use {@link #AUTO}, {@link #NONE}, or the type that is used wherever it can be
 * @param codecs the types that are installed now, each with its measured speed
 * @param shapes what codes they have
 */
public record Coding(String use, Map<String, Speed> codecs, Shapes shapes) {
    /** Each link's losses decide. */
    public static final String AUTO = "auto";

    /** Symbols in a piece of full length: none belongs to two. */
    public static final int SYMBOLS = 16;

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

    /** What codes the installed codecs have. */
    @FunctionalInterface
    public interface Shapes {
        /** As {@code CodecProvider.repairSymbols}; 0 for a type that is not here. */
        int repairs(String type, int sourceSymbols, int symbolBytes);
    }

    /** Copies the map. */
    public Coding {
        codecs = Map.copyOf(codecs);
    }

    /** Nothing but pieces as they are. */
    static Coding none() {
        return new Coding(NONE, Map.of(), (type, k, bytes) -> 0);
    }

    /** In the order of their names: what is chosen must not depend on hashes. */
    SortedMap<String, Speed> byName() {
        return new TreeMap<>(codecs);
    }

    /**
     * How many repair symbols a type has for so many source symbols, -1 without a limit; empty when
     * it is not here, or has too few to make up for half of a group.
     */
    Optional<Integer> repairs(String type, int sourceSymbols, int symbolBytes) {
        if (!codecs.containsKey(type)) {
            return Optional.empty();
        }
        int m = shapes.repairs(type, sourceSymbols, symbolBytes);
        return m < 0 || 2 * m >= sourceSymbols ? Optional.of(m) : Optional.empty();
    }
}
