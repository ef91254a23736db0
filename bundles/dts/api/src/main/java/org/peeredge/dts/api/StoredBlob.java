// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A complete blob, open for reading; stays readable until closed, also when it is evicted
 * meanwhile.
 */
@ProviderType
public interface StoredBlob extends AutoCloseable {
    /** What it is. */
    ContentStore.BlobInfo info();

    /**
     * Reads at {@code offset} until {@code into} is full or the blob ends; blocks on disk; safe
     * from many threads.
     *
     * @return bytes read, 0 at the end
     */
    int read(long offset, ByteBuffer into) throws IOException;

    @Override
    void close();
}
