// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.util;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.peeredge.kernel.api.Clock;

/**
 * What was learned lately: at most {@code max} entries, the least recently used go first, and none
 * outlives {@code life}. Safe for use by many threads.
 */
public final class Recent<K, V> {
    private record Learned<V>(V value, long endNanos) {}

    private final Clock clock;
    private final long lifeNanos;
    private final LinkedHashMap<K, Learned<V>> entries;

    /** An empty memory; a {@code life} of zero remembers nothing. */
    public Recent(Clock clock, int max, Duration life) {
        this.clock = clock;
        this.lifeNanos = life.toNanos();
        this.entries =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, Learned<V>> eldest) {
                        return size() > max;
                    }
                };
    }

    /** The value, when it was learned recently enough. */
    public synchronized Optional<V> get(K key) {
        Learned<V> entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.endNanos - clock.nanos() <= 0) {
            entries.remove(key);
            return Optional.empty();
        }
        return Optional.of(entry.value);
    }

    /** Remembers for the whole life. */
    public void put(K key, V value) {
        put(key, value, Duration.ofNanos(lifeNanos));
    }

    /** Remembers for {@code life}, but no longer than this memory's own. */
    public synchronized void put(K key, V value, Duration life) {
        long nanos = Math.min(lifeNanos, life.toNanos());
        if (nanos > 0) {
            entries.put(key, new Learned<>(value, clock.nanos() + nanos));
        }
    }

    /** Forgets one entry. */
    public synchronized void remove(K key) {
        entries.remove(key);
    }
}
