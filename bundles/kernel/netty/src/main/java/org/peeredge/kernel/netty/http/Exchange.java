// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request with its answer, as its handler's thread sees them. */
final class Exchange implements HttpRequest {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final io.netty.handler.codec.http.HttpRequest head;
    private final Target target;
    private final BodyQueue body;
    private final Response response;
    private final HttpConnection connection;

    Exchange(
            io.netty.handler.codec.http.HttpRequest head,
            Target target,
            HttpConnection connection) {
        this.head = head;
        this.target = target;
        this.connection = connection;
        this.body = new BodyQueue(connection::demandBody);
        this.response = new Response(head, connection);
    }

    BodyQueue body() {
        return body;
    }

    Response response() {
        return response;
    }

    /** Runs the handler and makes sure that the client has got an answer, or is cut off. */
    void run(HttpHandler handler, String bundle) {
        try {
            handler.handle(this, response);
            if (!response.begun()) {
                LOG.warn("{}: no answer was given to {} {}", bundle, method(), path());
                answer(SERVER_ERROR);
            }
        } catch (IOException e) {
            LOG.debug("{}: {} {} ended early", bundle, method(), path(), e);
            answer(connection.malformed() ? BAD_REQUEST : SERVER_ERROR);
        } catch (RuntimeException e) {
            LOG.warn("{}: {} {} failed", bundle, method(), path(), e);
            answer(SERVER_ERROR);
        } finally {
            body.discard();
            connection.handled(this);
        }
    }

    private void answer(int status) {
        if (response.begun()) {
            return;
        }
        try {
            response.send(status, new byte[0]);
        } catch (IOException e) {
            LOG.debug("the client left before it got {}", status, e);
        }
    }

    @Override
    public String method() {
        return head.method().name();
    }

    @Override
    public String path() {
        return target.path();
    }

    @Override
    public Optional<String> query(String name) {
        return Optional.ofNullable(target.query().get(name));
    }

    @Override
    public List<String> headers(String name) {
        return List.copyOf(head.headers().getAll(name));
    }

    @Override
    public OptionalLong contentLength() {
        if (HttpUtil.isTransferEncodingChunked(head)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(HttpUtil.getContentLength(head, 0L));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return body.read(into);
    }

    @Override
    public SocketAddress remote() {
        return connection.remote();
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return connection.peerCertificates();
    }
}
