// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.peeredge.dts.api.Digest;

/**
 * Writes one body: a definite-length map with small integer keys. For one thread, one message. The
 * target is memory, so an {@code IOException} cannot come from outside.
 */
final class CborWriter implements AutoCloseable {
    private final CBORGenerator out;

    CborWriter(CBORGenerator out) {
        this.out = out;
    }

    CborWriter map(int fields) {
        return run(() -> out.writeStartObject(null, fields));
    }

    CborWriter array(int elements) {
        return run(() -> out.writeStartArray(null, elements));
    }

    CborWriter key(int key) {
        return run(() -> out.writeFieldId(key));
    }

    CborWriter number(long value) {
        return run(() -> out.writeNumber(value));
    }

    CborWriter bool(boolean value) {
        return run(() -> out.writeBoolean(value));
    }

    CborWriter text(String value) {
        return run(() -> out.writeString(value));
    }

    CborWriter bytes(byte[] value) {
        return run(() -> out.writeBinary(value));
    }

    CborWriter digest(Digest value) {
        return bytes(Digests.toBytes(value));
    }

    CborWriter texts(List<String> values) {
        array(values.size());
        values.forEach(this::text);
        return endArray();
    }

    CborWriter endArray() {
        return run(out::writeEndArray);
    }

    /** Ends the map and hands the bytes to the target. */
    @Override
    public void close() {
        run(() -> {
            out.writeEndObject();
            out.close();
        });
    }

    private CborWriter run(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
