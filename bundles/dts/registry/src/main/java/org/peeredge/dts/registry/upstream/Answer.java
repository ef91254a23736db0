// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Optional;

/**
 * An upstream's answer; whoever gets one closes it.
 *
 * @param confined whether credentials were used: then the content stays on this node
 */
record Answer(HttpResponse<InputStream> response, boolean confined) implements AutoCloseable {
    private static final int DRAIN_BYTES = 64 * 1024;

    int status() {
        return response.statusCode();
    }

    boolean ok() {
        return status() / 100 == 2;
    }

    boolean redirect() {
        return switch (status()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    InputStream body() {
        return response.body();
    }

    /** Reads a short body to its end, so that the connection can be used again, and closes it. */
    void drain() {
        try (InputStream body = response.body()) {
            body.readNBytes(DRAIN_BYTES);
        } catch (IOException e) {
            // The connection is of no more use; the next request opens another.
            close();
        }
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new IllegalStateException("a StallStream does not fail to close", e);
        }
    }
}
