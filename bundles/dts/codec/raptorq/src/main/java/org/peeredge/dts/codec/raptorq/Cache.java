// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What was computed for a few K', up to a number of bytes: what was not used for longest goes
 * first. Safe for use by many threads; two that miss the same entry both compute it, and neither
 * waits for the other.
 */
final class Cache<T> {
    private final long mostBytes;
    private final ToLongFunction<T> sizeBytes;
    private final Function<Parameters, T> make;
    private final Map<Parameters, T> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    Cache(long mostBytes, ToLongFunction<T> sizeBytes, Function<Parameters, T> make) {
        this.mostBytes = mostBytes;
        this.sizeBytes = sizeBytes;
        this.make = make;
    }

    T get(Parameters code) {
        synchronized (entries) {
            T here = entries.get(code);
            if (here != null) {
                return here;
            }
        }
        T made = make.apply(code);
        synchronized (entries) {
            T other = entries.putIfAbsent(code, made);
            if (other != null) {
                return other;
            }
            bytes += sizeBytes.applyAsLong(made);
            var eldest = entries.entrySet().iterator();
            while (bytes > mostBytes && entries.size() > 1) {
                bytes -= sizeBytes.applyAsLong(eldest.next().getValue());
                eldest.remove();
            }
            return made;
        }
    }
}
