// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.StoredBlob;

/** One reader of a complete blob. */
final class OpenStoredBlob implements StoredBlob {
    private final BlobInfo info;
    private final BlobEntry entry;
    private final SharedFile file;
    private final AtomicBoolean closed = new AtomicBoolean();

    OpenStoredBlob(BlobInfo info, BlobEntry entry, SharedFile file) {
        this.info = info;
        this.entry = entry;
        this.file = file;
    }

    @Override
    public BlobInfo info() {
        return info;
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (closed.get()) {
            throw new IllegalStateException("closed: " + info.digest());
        }
        if (offset < 0 || offset > info.sizeBytes()) {
            throw new IllegalArgumentException(
                    "offset " + offset + " of a blob of " + info.sizeBytes() + " bytes");
        }
        return file.read(offset, into);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            entry.release();
        }
    }
}
