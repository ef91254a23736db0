// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The answer to one request; used by its handler's thread only. Exactly one of {@link #send},
 * {@link #head} and {@link #begin} is called. {@code Content-Length}, {@code Transfer-Encoding},
 * {@code Connection} and {@code Date} are this class's business.
 */
@ProviderType
public interface HttpResponse {
    /**
     * Adds a header line.
     *
     * @throws IllegalArgumentException for a name or value that HTTP does not allow (line ends)
     * @throws IllegalStateException when the answer has begun
     */
    void header(String name, String value);

    /** Sends the whole answer. To a HEAD request it sends the headers that GET would have got. */
    void send(int status, byte[] body) throws IOException;

    /**
     * Sends headers only.
     *
     * @param contentLength the {@code Content-Length} header, or -1 for none; more than 0 only for
     *     HEAD, 304
     */
    void head(int status, long contentLength) throws IOException;

    /**
     * Sends the headers and begins a body. For a HEAD request the body's bytes are dropped.
     *
     * @param contentLength exactly how many bytes will be written; -1: not known (chunked)
     */
    HttpBody begin(int status, long contentLength) throws IOException;

    /** Whether an answer has begun, so that no other can be given. */
    boolean begun();
}
