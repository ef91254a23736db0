// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import io.netty.handler.ssl.SslContext;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.Cancellable;

/**
 * TLS 1.3 (RFC 8446) between members, both ends authenticated by their membership certificates. The
 * service is there while {@code kernel.api} {@code Identity} is. Sessions are never resumed, so
 * every connection is checked against the newest revocation list. Safe for use by many threads.
 *
 * <p>Note that a TLS 1.3 client has finished its handshake before the server has looked at its
 * certificate: a client that must know waits for the server's first bytes.
 */
@ProviderType
public interface MeshTls {
    /**
     * The accepting end; asks for a certificate and refuses whoever is not a member.
     *
     * @param protocols names for ALPN (RFC 7301), best first, so that two versions of a protocol
     *     find the one that both speak; an end that offers none of them is let in all the same, and
     *     then none is chosen
     */
    SslContext server(String... protocols);

    /**
     * The connecting end; host names are not looked at, only membership counts.
     *
     * @param protocols as for {@link #server}
     */
    SslContext client(String... protocols);

    /**
     * Calls {@code listener}, on any thread, after a renewal or a revocation: {@link #server} and
     * {@link #client} give new contexts from then on. Connections made before stay open; a channel
     * must check its peers again and close those that are members no more.
     */
    Cancellable onChange(Runnable listener);
}
