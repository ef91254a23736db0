// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/** The body of an answer; used by its handler's thread only. */
@ProviderType
public interface HttpBody extends AutoCloseable {
    /**
     * Writes the remaining bytes; blocks while the client is slow. The buffer is free when this
     * returns. Direct buffers are sent without a copy.
     *
     * @throws IOException when the client went away or took nothing for the listener's idle time
     * @throws IllegalStateException for more bytes than were promised
     */
    void write(ByteBuffer bytes) throws IOException;

    /** Ends the body. Closing short of the promised length cuts the connection. */
    @Override
    void close() throws IOException;
}
