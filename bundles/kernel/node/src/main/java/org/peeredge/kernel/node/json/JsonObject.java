// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.json;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * An object that was read. Each getter throws {@code IllegalArgumentException} naming the field,
 * when it is missing or of another kind. Fields that nobody asks for are ignored, so that later
 * versions can add some.
 */
public record JsonObject(Map<String, Object> fields) {
    /** A string. */
    public String text(String name) {
        return value(name, String.class);
    }

    /** A whole number. */
    public long number(String name) {
        return value(name, Long.class);
    }

    /** Bytes in base64 (RFC 4648, 4). */
    public byte[] bytes(String name) {
        try {
            return Base64.getDecoder().decode(text(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("field '" + name + "' is no base64", e);
        }
    }

    /** A list of strings. */
    public List<String> texts(String name) {
        return list(name, String.class);
    }

    /** A list of objects. */
    public List<JsonObject> objects(String name) {
        return list(name, JsonObject.class);
    }

    private <T> List<T> list(String name, Class<T> kind) {
        List<T> items = new ArrayList<>();
        for (Object item : value(name, List.class)) {
            if (!kind.isInstance(item)) {
                throw new IllegalArgumentException("field '" + name + "' holds a wrong value");
            }
            items.add(kind.cast(item));
        }
        return items;
    }

    private <T> T value(String name, Class<T> kind) {
        Object value = fields.get(name);
        if (!kind.isInstance(value)) {
            throw new IllegalArgumentException("field '" + name + "' is missing or wrong");
        }
        return kind.cast(value);
    }
}
