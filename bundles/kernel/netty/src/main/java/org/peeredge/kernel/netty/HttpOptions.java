// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.Optional;

/**
 * Where an HTTP listener listens, and its limits.
 *
 * @param bundle the owner, for thread names and log lines
 * @param host the address to bind, such as {@code 127.0.0.1}
 * @param port 1 to 65535, or 0 for any free one
 * @param tls the TLS context of the server side; empty for plain HTTP
 * @param maxRequests how many requests are handled at once, 1 to 100,000; one beyond is answered
 *     503 with {@code Retry-After}. Four times as many connections may be open, more are cut
 * @param maxHeaderBytes the longest request line and the longest header block, each in bytes, 256
 *     to 1 MiB
 * @param idle how long a client may take for a request's head, may send no byte of a body that the
 *     handler waits for, or may take no byte of an answer, before it is cut off
 */
public record HttpOptions(
        String bundle,
        String host,
        int port,
        Optional<SslContext> tls,
        int maxRequests,
        int maxHeaderBytes,
        Duration idle) {
    /** Checks the ranges. */
    public HttpOptions {
        range("port", port, 0, 65_535);
        range("maxRequests", maxRequests, 1, 100_000);
        range("maxHeaderBytes", maxHeaderBytes, 256, 1 << 20);
        if (idle.isZero() || idle.isNegative()) {
            throw new IllegalArgumentException("idle = " + idle + ": must be more than zero");
        }
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must lie between " + min + " and " + max);
        }
    }
}
