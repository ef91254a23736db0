// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The limits in force at one moment.
 *
 * @param limits those lanes that have one
 * @param backgroundOff why transfers for which nobody waits stand still; empty when they do not
 */
public record Rates(Map<Lane, Rate> limits, Optional<String> backgroundOff) {
    /** No limit. */
    public static final Rates NONE = new Rates(Map.of(), Optional.empty());

    /**
     * A limit.
     *
     * @param why the configuration that says so
     */
    public record Rate(long bytesPerSecond, String why) {}

    /** Copies the map, in the order of lanes. */
    public Rates {
        Map<Lane, Rate> ordered = new EnumMap<>(Lane.class);
        ordered.putAll(limits);
        limits = java.util.Collections.unmodifiableMap(ordered);
    }
}
