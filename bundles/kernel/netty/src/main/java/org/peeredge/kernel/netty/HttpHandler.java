// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** Answers the requests of one listener. */
@ConsumerType
@FunctionalInterface
public interface HttpHandler {
    /**
     * Answers one request. Called on a virtual thread of its own, which may block; many requests
     * run at once. When it returns, the answer must be complete: if it began none, or throws before
     * it began one, the client gets 500; if it leaves a body unfinished, the connection is cut.
     * Request and response are not to be used after it returned.
     *
     * @throws IOException as the request or the response threw it: the client is gone
     */
    void handle(HttpRequest request, HttpResponse response) throws IOException;
}
