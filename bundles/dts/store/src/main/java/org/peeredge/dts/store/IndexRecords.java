// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.store.Journal.Change;
import org.peeredge.kernel.api.RetryLaterException;

/** One component's table: the facts whose names begin with {@code r/<table>/}. */
final class IndexRecords implements Records {
    private static final String PREFIX = "r/";

    private final Index index;
    private final String prefix;
    private final long maxBytes;

    /**
     * A view of {@code table}.
     *
     * @param maxBytes the most bytes in the whole index
     */
    IndexRecords(Index index, String table, long maxBytes) {
        if (!table.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "a table is called like a bundle, with 1 to 64 characters, not '"
                            + table
                            + "'");
        }
        this.index = index;
        this.prefix = PREFIX + table + "/";
        this.maxBytes = maxBytes;
    }

    @Override
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable(index.get(prefix + check(key))).map(byte[]::clone);
    }

    @Override
    public void put(String key, byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "value of " + value.length + " bytes, at most " + MAX_VALUE_BYTES);
        }
        if (index.liveBytes() + value.length + key.length() > maxBytes) {
            throw new RetryLaterException(
                    "the index holds "
                            + index.liveBytes()
                            + " bytes of records: remove some (tags, for example), or raise"
                            + " max.record.bytes in "
                            + StoreSettings.BUNDLE);
        }
        change(new Change(prefix + check(key), value.clone()));
    }

    @Override
    public void remove(String key) {
        if (index.get(prefix + check(key)) != null) {
            change(new Change(prefix + key, null));
        }
    }

    @Override
    public Map<String, byte[]> scan(String start, String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit);
        }
        boolean first = start.compareTo(after) > 0;
        String from = prefix + (first ? start : after);
        String to = prefix + start + Character.MAX_VALUE;
        Map<String, byte[]> found = new LinkedHashMap<>();
        if (from.compareTo(to) >= 0) {
            return found;
        }
        for (Map.Entry<String, byte[]> entry : index.range(from, first, to).entrySet()) {
            found.put(entry.getKey().substring(prefix.length()), entry.getValue().clone());
            if (found.size() == limit) {
                break;
            }
        }
        return found;
    }

    private void change(Change change) {
        try {
            index.change(List.of(change));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String check(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new IllegalArgumentException(
                    "a key has 1 to " + MAX_KEY + " characters, not " + key.length());
        }
        return key;
    }
}
