// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/** One request; used by its handler's thread only. */
@ProviderType
public interface HttpRequest {
    /** The method as sent, such as {@code GET}. */
    String method();

    /**
     * The path, percent-decoded once as UTF-8, without the query; begins with {@code /} (or is
     * {@code *}). Dot segments stay as they are. A request with a bad escape or a NUL never reaches
     * a handler.
     */
    String path();

    /** The first value of a query parameter, decoded. */
    Optional<String> query(String name);

    /** All lines of the header {@code name} (any case), each as sent. */
    List<String> headers(String name);

    /** The body's length when it was said; 0 for a request without a body, empty for chunked. */
    OptionalLong contentLength();

    /**
     * Reads body bytes into {@code into}, at least one; blocks until there are some. What is not
     * read stays in the network: back-pressure to the sender. The first read answers {@code Expect:
     * 100-continue}.
     *
     * @return how many bytes, or -1 at the end of the body
     * @throws IOException when the client went away, was too slow, or sent a malformed body
     */
    int read(ByteBuffer into) throws IOException;

    /** The client's address. */
    SocketAddress remote();

    /** The certificates that the client showed in TLS, its own first; empty when it showed none. */
    List<X509Certificate> peerCertificates();
}
