// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import java.io.IOException;
import java.util.function.IntConsumer;
import org.peeredge.kernel.netty.HttpBody;
import org.peeredge.kernel.netty.HttpResponse;

/** A response that tells its status, for the metrics, just before it is sent. */
final class NotedResponse implements HttpResponse {
    private final HttpResponse response;

    private final IntConsumer listener;
    private boolean told;

    NotedResponse(HttpResponse response, IntConsumer listener) {
        this.response = response;
        this.listener = listener;
    }

    /** Tells {@code status}, unless one was told before. */
    void tell(int status) {
        if (!told) {
            told = true;
            listener.accept(status);
        }
    }

    @Override
    public void header(String name, String value) {
        response.header(name, value);
    }

    @Override
    public void send(int status, byte[] body) throws IOException {
        tell(status);
        response.send(status, body);
    }

    @Override
    public void head(int status, long contentLength) throws IOException {
        tell(status);
        response.head(status, contentLength);
    }

    @Override
    public HttpBody begin(int status, long contentLength) throws IOException {
        tell(status);
        return response.begin(status, contentLength);
    }

    @Override
    public boolean begun() {
        return response.begun();
    }
}
