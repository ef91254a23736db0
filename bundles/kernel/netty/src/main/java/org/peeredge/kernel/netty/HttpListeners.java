// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** Opens HTTP/1.1 listeners (RFC 9112) on the shared event loops. Safe for use by many threads. */
@ProviderType
public interface HttpListeners {
    /**
     * Starts to listen; blocks until the port is bound.
     *
     * @param options where, and the limits
     * @param handler gets every well-formed request
     * @return the open listener; closing it is up to the caller, in its {@code deactivate}
     * @throws IOException when the address cannot be bound, with both named in the message
     */
    HttpListener listen(HttpOptions options, HttpHandler handler) throws IOException;
}
