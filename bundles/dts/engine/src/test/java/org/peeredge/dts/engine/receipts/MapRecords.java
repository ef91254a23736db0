// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.peeredge.dts.api.Records;

/** A table in memory. */
public final class MapRecords implements Records {
    final ConcurrentSkipListMap<String, byte[]> map = new ConcurrentSkipListMap<>();

    @Override
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable(map.get(key));
    }

    @Override
    public void put(String key, byte[] value) {
        map.put(key, value);
    }

    @Override
    public void remove(String key) {
        map.remove(key);
    }

    @Override
    public Map<String, byte[]> scan(String prefix, String after, int limit) {
        Map<String, byte[]> out = new LinkedHashMap<>();
        map.tailMap(after, false).entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .limit(limit)
                .forEach(e -> out.put(e.getKey(), e.getValue()));
        return out;
    }
}
