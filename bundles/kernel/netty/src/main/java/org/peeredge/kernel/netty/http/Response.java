// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.netty.HttpBody;
import org.peeredge.kernel.netty.HttpResponse;

/** The answer to one request, written through its connection. */
final class Response implements HttpResponse {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    private final HttpConnection connection;
    private final boolean isHead;
    private final boolean oldVersion;
    private final boolean clientKeepsAlive;
    private @Nullable ResponseBody body;
    private boolean begun;
    private boolean complete;
    private boolean keepAlive;

    Response(HttpRequest request, HttpConnection connection) {
        this.connection = connection;
        this.isHead = HttpMethod.HEAD.equals(request.method());
        this.oldVersion = !HttpVersion.HTTP_1_1.equals(request.protocolVersion());
        this.clientKeepsAlive = HttpUtil.isKeepAlive(request);
    }

    @Override
    public void header(String name, String value) {
        if (begun) {
            throw new IllegalStateException("the answer has begun, header " + name + " is late");
        }
        headers.add(name, value);
    }

    @Override
    public void send(int status, byte[] bytes) throws IOException {
        start(status, clientKeepsAlive);
        boolean bodiless = bodiless(status);
        if (!bodiless) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(bytes.length));
        }
        complete = true;
        write(status, isHead || bodiless ? new byte[0] : bytes);
    }

    @Override
    public void head(int status, long contentLength) throws IOException {
        if (contentLength > 0 && !isHead && status != NOT_MODIFIED) {
            throw new IllegalStateException(
                    "an answer of "
                            + contentLength
                            + " bytes without them is for HEAD only, not status "
                            + status);
        }
        start(status, clientKeepsAlive);
        if (contentLength >= 0 && status != NO_CONTENT) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(contentLength));
        } else if (!isHead && !bodiless(status)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
        complete = true;
        write(status, new byte[0]);
    }

    @Override
    public HttpBody begin(int status, long contentLength) throws IOException {
        boolean noBody = isHead || bodiless(status);
        boolean untilClose = contentLength < 0 && oldVersion;
        start(status, clientKeepsAlive && !untilClose);
        if (contentLength >= 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(contentLength));
        } else if (!oldVersion && !noBody) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        ResponseBody begunBody = new ResponseBody(connection, contentLength, noBody);
        body = begunBody;
        if (noBody) {
            write(status, new byte[0]);
        } else {
            connection.write(
                    new DefaultHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers));
        }
        return begunBody;
    }

    @Override
    public boolean begun() {
        return begun;
    }

    /** Whether the client has got all that it was promised. */
    boolean complete() {
        ResponseBody open = body;
        return complete || (open != null && open.complete());
    }

    /** Whether the connection was said to stay open. */
    boolean keepAlive() {
        return keepAlive;
    }

    private void start(int status, boolean stay) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + ": 200 to 599");
        }
        if (begun) {
            throw new IllegalStateException("a second answer, " + status);
        }
        begun = true;
        keepAlive = stay && connection.mayStayOpen();
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        headers.remove(HttpHeaderNames.CONNECTION);
        headers.set(
                HttpHeaderNames.DATE,
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        connection.now().atOffset(ZoneOffset.UTC)));
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldVersion) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    private void write(int status, byte[] bytes) throws IOException {
        connection.write(
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(bytes),
                        headers,
                        DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders()));
    }

    private static boolean bodiless(int status) {
        return status == NO_CONTENT || status == NOT_MODIFIED;
    }
}
