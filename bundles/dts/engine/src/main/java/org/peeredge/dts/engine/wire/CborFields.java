// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;

/**
 * The fields of one body, read in one pass. Keys from 0 to {@code known - 1} are kept, all others
 * are skipped without being stored, so an old reader takes a newer message. What is kept is bounded
 * by the frame's length and by {@link #MAX_ELEMENTS}; each getter checks its own field and names
 * it.
 */
final class CborFields {
    /** The longest array that any message has. */
    static final int MAX_ELEMENTS = Limits.MAX_HAVE_PIECES;

    private static final int MAX_DEPTH = 4;

    private final String message;
    private final @Nullable Object[] values;

    private CborFields(String message, int known) {
        this.message = message;
        this.values = new Object[known];
    }

    /** Reads a whole body; {@code in} must hold exactly one map. */
    static CborFields read(String message, int known, JsonParser in) {
        CborFields fields = new CborFields(message, known);
        try {
            fields.readMap(in);
            return fields;
        } catch (MalformedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Jackson reports bad input mostly, not always, by its own exceptions.
            throw new MalformedException(message, "not a well-formed CBOR map", e);
        }
    }

    private void readMap(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedException(message, "the body is not a map");
        }
        for (JsonToken t = in.nextToken(); t != JsonToken.END_OBJECT; t = in.nextToken()) {
            if (t != JsonToken.FIELD_NAME) {
                throw new MalformedException(message, "the map is cut short");
            }
            int key = key(in.currentName());
            in.nextToken();
            if (key < 0) {
                skip(in);
            } else if (values[key] == null) {
                values[key] = value(in, 1);
            } else {
                throw bad(key, "comes twice");
            }
        }
        if (in.nextToken() != null) {
            throw new MalformedException(message, "bytes after the map");
        }
    }

    private int key(String name) {
        // Keys of this version are at most two digits; what does not read as one is a later field.
        if (name.isEmpty()
                || name.length() > 2
                || !name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int key = Integer.parseInt(name);
        return key < values.length ? key : -1;
    }

    private void skip(JsonParser in) throws IOException {
        in.skipChildren();
        if (in.currentToken() == null) {
            throw new MalformedException(message, "the map is cut short");
        }
    }

    private Object value(JsonParser in, int depth) throws IOException {
        JsonToken token = in.currentToken();
        if (token == null) {
            throw new MalformedException(message, "the map is cut short");
        }
        return switch (token) {
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_STRING -> in.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_EMBEDDED_OBJECT -> in.getBinaryValue();
            case START_ARRAY -> array(in, depth);
            default -> throw new MalformedException(message, "holds a value of a wrong kind");
        };
    }

    private List<Object> array(JsonParser in, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new MalformedException(message, "nested too deep");
        }
        List<Object> list = new ArrayList<>();
        for (JsonToken t = in.nextToken(); t != JsonToken.END_ARRAY; t = in.nextToken()) {
            if (list.size() == MAX_ELEMENTS) {
                throw new MalformedException(message, "a list of over " + MAX_ELEMENTS);
            }
            list.add(value(in, depth + 1));
        }
        return list;
    }

    MalformedException bad(int key, String problem) {
        return new MalformedException(message + "." + key, problem);
    }

    boolean has(int key) {
        return values[key] != null;
    }

    long number(int key, long min, long max) {
        return number(key, values[key], min, max);
    }

    int integer(int key, int min, int max) {
        return (int) number(key, values[key], min, max);
    }

    boolean bool(int key) {
        if (values[key] instanceof Boolean b) {
            return b;
        }
        throw bad(key, "missing or not a boolean");
    }

    String text(int key, int maxChars) {
        return text(key, values[key], maxChars);
    }

    byte[] bytes(int key, int maxBytes) {
        return bytes(key, values[key], maxBytes);
    }

    Digest digest(int key) {
        return Digests.fromBytes(message + "." + key, bytes(key, 65));
    }

    List<?> list(int key, int max) {
        return list(key, values[key], max);
    }

    /** Absent fields give empty. */
    Optional<List<?>> optionalList(int key, int max) {
        return has(key) ? Optional.of(list(key, max)) : Optional.empty();
    }

    List<String> texts(int key, @Nullable Object value, int max, int maxChars) {
        List<String> out = new ArrayList<>();
        for (Object element : list(key, value, max)) {
            out.add(text(key, element, maxChars));
        }
        return List.copyOf(out);
    }

    List<String> texts(int key, int max, int maxChars) {
        return texts(key, values[key], max, maxChars);
    }

    /** Element {@code i} of a fixed-shape list; later elements are of a later version. */
    Object element(int key, List<?> list, int i) {
        if (i >= list.size()) {
            throw bad(key, "a list of " + list.size() + " is too short");
        }
        return list.get(i);
    }

    long number(int key, @Nullable Object value, long min, long max) {
        if (!(value instanceof Long n)) {
            throw bad(key, "missing or not a whole number");
        }
        if (n < min || n > max) {
            throw bad(key, n + " is not in " + min + ".." + max);
        }
        return n;
    }

    String text(int key, @Nullable Object value, int maxChars) {
        if (!(value instanceof String s)) {
            throw bad(key, "missing or not a text");
        }
        if (s.isEmpty() || s.length() > maxChars) {
            throw bad(key, s.length() + " characters, 1 to " + maxChars + " are allowed");
        }
        return s;
    }

    byte[] bytes(int key, @Nullable Object value, int maxBytes) {
        if (!(value instanceof byte[] b)) {
            throw bad(key, "missing or not a byte string");
        }
        if (b.length > maxBytes) {
            throw bad(key, b.length + " bytes, at most " + maxBytes + " are allowed");
        }
        return b;
    }

    List<?> list(int key, @Nullable Object value, int max) {
        if (!(value instanceof List<?> l)) {
            throw bad(key, "missing or not a list");
        }
        if (l.size() > max) {
            throw bad(key, l.size() + " elements, at most " + max + " are allowed");
        }
        return l;
    }
}
