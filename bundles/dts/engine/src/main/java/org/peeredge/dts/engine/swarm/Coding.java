// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.peeredge.dts.api.Pieces;

/**
 * What may be coded with: the operator's wish, and the codecs that are here.
 *
 * @param use {@link #AUTO}, {@link #NONE}, or the type that is used wherever it can be
 * @param codecs the types that are installed now, each with its measured speed
 * @param repairs of each type, how many repair symbols its code with 1, 2, ... source symbols has,
 *     -1 without a limit; of types that are not here, or have none, nothing
 */
public record Coding(String use, Map<String, Speed> codecs, Map<String, List<Integer>> repairs) {
    /** Each link's losses decide. */
    public static final String AUTO = "auto";

    /** Symbols in a piece of full length: none belongs to two. */
    public static final int SYMBOLS = 16;

    /** The most source symbols of a group. */
    public static final int MAX_SOURCE_SYMBOLS = SYMBOLS * Pieces.GROUP_PIECES;

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

    /** Copies the maps. */
    public Coding {
        codecs = Map.copyOf(codecs);
        repairs = Map.copyOf(repairs);
    }

    /** Nothing but pieces as they are. */
    static Coding none() {
        return new Coding(NONE, Map.of(), Map.of());
    }

    /** In the order of their names: what is chosen must not depend on hashes. */
    SortedMap<String, Speed> byName() {
        return new TreeMap<>(codecs);
    }

    /**
     * How many repair symbols a type has for so many source symbols, -1 without a limit; empty when
     * it is not here, or has too few to make up for half of a group.
     */
    Optional<Integer> repairs(String type, int sourceSymbols) {
        List<Integer> all = repairs.getOrDefault(type, List.of());
        if (!codecs.containsKey(type) || sourceSymbols > all.size()) {
            return Optional.empty();
        }
        int m = all.get(sourceSymbols - 1);
        return m < 0 || 2 * m >= sourceSymbols ? Optional.of(m) : Optional.empty();
    }
}
