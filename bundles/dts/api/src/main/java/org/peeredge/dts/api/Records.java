// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A small durable table of one component. Reads are from memory; writes return when they are
 * durable.
 */
@ProviderType
public interface Records {
    /** Longest key, in characters. */
    int MAX_KEY = 1024;

    /** Longest value, in bytes. */
    int MAX_VALUE_BYTES = 64 * 1024;

    /** The value under {@code key}. */
    Optional<byte[]> get(String key);

    /** Sets a value. */
    void put(String key, byte[] value);

    /** Removes a value, if it is there. */
    void remove(String key);

    /**
     * Up to {@code limit} entries whose keys begin with {@code prefix} and come after {@code
     * after}, in key order.
     */
    Map<String, byte[]> scan(String prefix, String after, int limit);
}
