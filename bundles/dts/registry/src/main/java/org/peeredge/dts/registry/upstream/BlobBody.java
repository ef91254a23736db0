// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Upstream;

/** A blob as an upstream sends it, whole or from an offset (RFC 9110 section 14.4). */
final class BlobBody implements Upstream.Body {
    private static final Pattern RANGE =
            Pattern.compile("bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})");

    private final Answer answer;
    private final long sizeBytes;
    private final long offset;

    private BlobBody(Answer answer, long sizeBytes, long offset) {
        this.answer = answer;
        this.sizeBytes = sizeBytes;
        this.offset = offset;
    }

    /** Reads length and offset from the headers; takes the answer over when it succeeds. */
    static BlobBody of(Answer answer, long asked) throws IOException {
        if (answer.status() == 206) {
            String header = answer.header("Content-Range").orElse("");
            Matcher range = RANGE.matcher(header);
            if (!range.matches() || Long.parseLong(range.group(1)) != asked) {
                throw new IOException(
                        "the upstream answered range '" + header + "' to a request from " + asked);
            }
            return new BlobBody(answer, checked(Long.parseLong(range.group(3))), asked);
        }
        long length = answer.response().headers().firstValueAsLong("Content-Length").orElse(-1);
        return new BlobBody(answer, checked(length), 0);
    }

    private static long checked(long sizeBytes) throws IOException {
        if (sizeBytes < 0 || sizeBytes > Pieces.MAX_BLOB_BYTES) {
            throw new IOException("the upstream gives no usable length (" + sizeBytes + ")");
        }
        return sizeBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public boolean confined() {
        return answer.confined();
    }

    @Override
    public InputStream stream() {
        return answer.body();
    }

    @Override
    public void close() {
        answer.close();
    }
}
