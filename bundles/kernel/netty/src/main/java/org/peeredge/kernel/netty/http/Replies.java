// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** What a client is told whose request never reaches a handler. */
final class Replies {
    private Replies() {}

    /** What is wrong with a request's head that parsed; null when nothing is. */
    static @Nullable String wrong(HttpRequest head) {
        boolean current = HttpVersion.HTTP_1_1.equals(head.protocolVersion());
        if (!current && !HttpVersion.HTTP_1_0.equals(head.protocolVersion())) {
            return "version " + head.protocolVersion();
        }
        int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
        // RFC 9112 section 3.2: one Host line, which HTTP/1.0 may leave out.
        return hosts > 1 || (hosts == 0 && current) ? hosts + " Host lines" : null;
    }

    /** The status for a request that did not parse because of {@code cause}. */
    static HttpResponseStatus status(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    /** An empty answer after which the connection closes. */
    static FullHttpResponse answer(HttpResponseStatus status) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, "0");
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return answer;
    }
}
