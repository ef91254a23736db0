// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.peeredge.kernel.netty.HttpBody;

/** A body on its way to the client; the buffer lent to a write is free when it returns. */
final class ResponseBody implements HttpBody {
    private final HttpConnection connection;
    private final long length;
    private final boolean dropped;
    private long written;
    private boolean closed;
    private boolean complete;

    ResponseBody(HttpConnection connection, long length, boolean dropped) {
        this.connection = connection;
        this.length = length;
        this.dropped = dropped;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (closed) {
            throw new IllegalStateException("the body is closed");
        }
        if (length >= 0 && written + count > length) {
            throw new IllegalStateException(
                    "more than the promised " + length + " bytes: " + (written + count));
        }
        written += count;
        if (count > 0 && !dropped) {
            connection.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        }
        bytes.position(bytes.limit());
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (dropped) {
            complete = true;
        } else if (length < 0 || written == length) {
            connection.write(LastHttpContent.EMPTY_LAST_CONTENT);
            complete = true;
        } else {
            connection.cut("the answer ended after " + written + " of " + length + " bytes");
        }
    }

    boolean complete() {
        return complete;
    }
}
