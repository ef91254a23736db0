// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.util;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;

/** JSON for clients, CBOR (RFC 8949) for members; trees only, with limits on depth. */
public final class Json {
    private static final StreamReadConstraints LIMITS =
            StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(4 << 20)
                    .maxNameLength(4096)
                    .build();
    private static final ObjectMapper JSON =
            new ObjectMapper(JsonFactory.builder().streamReadConstraints(LIMITS).build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectMapper CBOR =
            new ObjectMapper(CBORFactory.builder().streamReadConstraints(LIMITS).build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** An empty object. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Reads one JSON value; {@code IOException} for anything else. */
    public static JsonNode read(byte[] json) throws IOException {
        return present(JSON.readTree(json));
    }

    /** Writes JSON. */
    public static byte[] write(JsonNode node) {
        return bytes(JSON, node);
    }

    /** Reads one CBOR value; {@code IOException} for anything else. */
    public static JsonNode readCbor(byte[] cbor) throws IOException {
        return present(CBOR.readTree(cbor));
    }

    /** Writes CBOR. */
    public static byte[] writeCbor(JsonNode node) {
        return bytes(CBOR, node);
    }

    private static JsonNode present(JsonNode node) throws IOException {
        if (node == null || node.isMissingNode()) {
            throw new IOException("empty");
        }
        return node;
    }

    private static byte[] bytes(ObjectMapper mapper, JsonNode node) {
        try {
            return mapper.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new IllegalStateException("a tree in memory could not be written", e);
        }
    }
}
