// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.peeredge.dts.api.Records;

/**
 * A table in memory, as strict about keys, values and limits as a store's. What was put stays as
 * long as the object, so a node that starts again with it finds what it had. Safe for use by
 * several threads.
 */
public final class TestRecords implements Records {
    private final ConcurrentSkipListMap<String, byte[]> map = new ConcurrentSkipListMap<>();

    /** All that is in it, in key order; a test may look into it, damage and clear it. */
    public ConcurrentNavigableMap<String, byte[]> map() {
        return map;
    }

    @Override
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable(map.get(check(key))).map(byte[]::clone);
    }

    @Override
    public void put(String key, byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "value of " + value.length + " bytes, at most " + MAX_VALUE_BYTES);
        }
        map.put(check(key), value.clone());
    }

    @Override
    public void remove(String key) {
        map.remove(check(key));
    }

    @Override
    public Map<String, byte[]> scan(String prefix, String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit);
        }
        Map<String, byte[]> found = new LinkedHashMap<>();
        boolean first = prefix.compareTo(after) > 0;
        for (Map.Entry<String, byte[]> entry :
                map.tailMap(first ? prefix : after, first).entrySet()) {
            if (!entry.getKey().startsWith(prefix) || found.size() == limit) {
                break;
            }
            found.put(entry.getKey(), entry.getValue().clone());
        }
        return found;
    }

    private static String check(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new IllegalArgumentException(
                    "a key has 1 to " + MAX_KEY + " characters, not " + key.length());
        }
        return key;
    }
}
