// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import java.io.IOException;
import org.peeredge.kernel.netty.HttpBody;
import org.peeredge.kernel.netty.HttpResponse;

/** A response that remembers its status, for the metrics. */
final class NotedResponse implements HttpResponse {
    private final HttpResponse response;

    /** What is counted when nothing was sent: the client went away, or gets a 500. */
    private int status = 500;

    NotedResponse(HttpResponse response) {
        this.response = response;
    }

    int status() {
        return status;
    }

    @Override
    public void header(String name, String value) {
        response.header(name, value);
    }

    @Override
    public void send(int newStatus, byte[] body) throws IOException {
        status = newStatus;
        response.send(newStatus, body);
    }

    @Override
    public void head(int newStatus, long contentLength) throws IOException {
        status = newStatus;
        response.head(newStatus, contentLength);
    }

    @Override
    public HttpBody begin(int newStatus, long contentLength) throws IOException {
        status = newStatus;
        return response.begin(newStatus, contentLength);
    }

    @Override
    public boolean begun() {
        return response.begun();
    }
}
