// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
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

    /** Reads a whole body; {@code body} must hold exactly one map. */
    static CborFields read(String message, int known, ByteBuffer body) {
        CborFields fields = new CborFields(message, known);
        fields.readMap(new CborReader(message, body));
        return fields;
    }

    private void readMap(CborReader in) {
        in.next();
        if (in.kind() != Cbor.MAP) {
            throw in.bad("the body is not a map");
        }
        long count = in.argument();
        for (long i = 0; count < 0 || i < count; i++) {
            in.next();
            if (count < 0 && in.isBreak()) {
                break;
            }
            int key = key(in);
            in.next();
            if (key < 0) {
                in.skip();
            } else if (values[key] == null) {
                values[key] = value(in, 1);
            } else {
                throw bad(key, "comes twice");
            }
        }
        if (in.more()) {
            throw in.bad("bytes after the map");
        }
    }

    /** -1 for the key of a later field, which may be of any kind. */
    private int key(CborReader in) {
        if (in.kind() == Cbor.UNSIGNED) {
            return in.argument() < values.length ? (int) in.argument() : -1;
        }
        in.skip();
        return -1;
    }

    private Object value(CborReader in, int depth) {
        return switch (in.kind()) {
            case Cbor.UNSIGNED -> in.argument();
            case Cbor.NEGATIVE -> -1 - in.argument();
            case Cbor.BYTES -> in.string();
            case Cbor.TEXT -> in.text();
            case Cbor.ARRAY -> array(in, depth);
            default -> {
                boolean yes = in.isSimple(Cbor.TRUE);
                if (!yes && !in.isSimple(Cbor.FALSE)) {
                    throw in.bad("holds a value of a wrong kind");
                }
                yield yes;
            }
        };
    }

    private List<Object> array(CborReader in, int depth) {
        if (depth > MAX_DEPTH) {
            throw in.bad("nested too deep");
        }
        long count = in.argument();
        List<Object> list = new ArrayList<>();
        for (long i = 0; count < 0 || i < count; i++) {
            in.next();
            if (count < 0 && in.isBreak()) {
                break;
            }
            if (list.size() == MAX_ELEMENTS) {
                throw in.bad("a list of over " + MAX_ELEMENTS);
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
