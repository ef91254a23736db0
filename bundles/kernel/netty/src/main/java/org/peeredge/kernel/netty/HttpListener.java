// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import org.osgi.annotation.versioning.ProviderType;

/** An open HTTP listener. */
@ProviderType
public interface HttpListener extends AutoCloseable {
    /** The address that it is bound to. */
    String host();

    /** The port that it is bound to, also when port 0 was asked for. */
    int port();

    /**
     * Stops accepting, cuts the open connections, interrupts the handlers that still run and waits
     * for them (at most 5 s). Safe to repeat.
     */
    @Override
    void close();
}
