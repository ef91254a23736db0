// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What can be set for a store.
 *
 * @param dir the folder that holds everything; made when it is not there
 * @param quotaBytes the most bytes in complete and incomplete blobs; 0 for 80 % of the file system
 * @param reserveFreeBytes disk space that is left to others
 * @param flushBytes written bytes that a kill may cost at most, per blob
 * @param flushDelay how long written bytes may wait until they are durable
 * @param maxOpen the most incomplete blobs open at once
 * @param maxRecordBytes the most bytes in {@code Records}, keys and values
 */
record StoreSettings(
        Path dir,
        long quotaBytes,
        long reserveFreeBytes,
        int flushBytes,
        Duration flushDelay,
        int maxOpen,
        long maxRecordBytes) {
    static final String BUNDLE = "org.peeredge.dts.store";

    /** What holds in {@code dir} when nothing is configured. */
    static StoreSettings defaults(Path dir) {
        return new StoreSettings(
                dir, 0, 256L << 20, 16 << 20, Duration.ofSeconds(1), 512, 64L << 20);
    }
}
