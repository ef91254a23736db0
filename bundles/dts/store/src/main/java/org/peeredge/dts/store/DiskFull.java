// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.Path;
import org.peeredge.kernel.api.RetryLaterException;

/** Tells a full disk from other failures: Java gives both as an {@link IOException} with a text. */
final class DiskFull {
    private DiskFull() {}

    /** The texts of ENOSPC and EDQUOT, as the C library says them in the locale that Java sets. */
    static boolean is(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String text = t.getMessage();
            if (text != null
                    && (text.contains("No space left on device")
                            || text.contains("Disk quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    /** What the caller gets for {@code failure}: as it is, unless the disk is full. */
    static IOException translate(Path dir, IOException failure) {
        if (is(failure)) {
            throw error(dir, failure);
        }
        return failure;
    }

    /** The error for a full disk, with what to do. */
    static RetryLaterException error(Path dir, Throwable cause) {
        return new RetryLaterException(
                "the file system of "
                        + dir
                        + " is full: free space on it, or lower quota.bytes in "
                        + StoreSettings.BUNDLE
                        + " so that blobs are evicted earlier; what is stored is safe",
                cause);
    }
}
