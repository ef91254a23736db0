// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.plugin.PluginSlots;

/**
 * The two messages of topic {@value #TOPIC}, as UTF-8 lines: a first line with name and version,
 * then {@code key=value}. A reader refuses another version and lines that are missing, twice or too
 * long, and skips keys that it does not know.
 */
final class FleetMessages {
    static final String TOPIC = "routing.strategy";

    private static final String FIRST_LINE = "peeredge " + TOPIC + " 1";
    private static final int MAX_BYTES = 4096;
    private static final int MAX_LINES = 16;
    private static final int MAX_OUTCOME = 1024;
    private static final Pattern NONCE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");

    private FleetMessages() {}

    /**
     * An operator's command.
     *
     * @param type the strategy to put in force
     * @param expires after this it is refused
     * @param nonce 32 hex digits that make it one command, however often it arrives
     */
    record Command(String type, Instant expires, String nonce) {
        byte[] write() {
            return bytes(
                    FIRST_LINE,
                    "type=" + type,
                    "expires=" + expires.toEpochMilli(),
                    "nonce=" + nonce);
        }

        /** Reads what a member sent; throws {@code NeverException} that says what is wrong. */
        static Command read(byte[] payload) {
            Map<String, String> lines = lines(payload);
            String type = value(lines, "type");
            String nonce = value(lines, "nonce");
            String expires = value(lines, "expires");
            if (!PluginSlots.validType(type)) {
                throw new NeverException("the strategy type " + PluginSlots.TYPE_RULE);
            }
            if (!NONCE.matcher(nonce).matches() || !NUMBER.matcher(expires).matches()) {
                throw new NeverException("the command's nonce or expiry has a wrong form");
            }
            try {
                return new Command(type, Instant.ofEpochMilli(Long.parseLong(expires)), nonce);
            } catch (DateTimeException e) {
                throw new NeverException("the command's expiry is no time", e);
            }
        }
    }

    /**
     * A member's answer.
     *
     * @param before the type in force before
     * @param after the type in force now
     * @param outcome as {@code Routing.NodeChange} says
     */
    record Answer(String before, String after, String outcome) {
        byte[] write() {
            return bytes(
                    FIRST_LINE,
                    "before=" + before,
                    "after=" + after,
                    "outcome=" + oneLine(outcome));
        }

        /** Reads what a member sent; throws {@code NeverException} that says what is wrong. */
        static Answer read(byte[] payload) {
            Map<String, String> lines = lines(payload);
            String before = value(lines, "before");
            String after = value(lines, "after");
            if (!PluginSlots.validType(before) || !PluginSlots.validType(after)) {
                throw new NeverException("the answer's strategy type " + PluginSlots.TYPE_RULE);
            }
            return new Answer(before, after, oneLine(value(lines, "outcome")));
        }
    }

    /** No control characters, which could draw on an operator's terminal, and not too long. */
    private static String oneLine(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", " ");
        return clean.length() <= MAX_OUTCOME ? clean : clean.substring(0, MAX_OUTCOME);
    }

    private static byte[] bytes(String... lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> lines(byte[] payload) {
        if (payload.length > MAX_BYTES) {
            throw new NeverException(
                    payload.length + " bytes for topic " + TOPIC + ", at most " + MAX_BYTES);
        }
        String[] lines = text(payload).split("\n", -1);
        if (!lines[0].equals(FIRST_LINE)) {
            throw new NeverException("not '" + FIRST_LINE + "': both nodes need the same release");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int equals = lines[i].indexOf('=');
            if (i > MAX_LINES
                    || equals < 1
                    || values.put(lines[i].substring(0, equals), lines[i].substring(equals + 1))
                            != null) {
                throw new NeverException("line " + i + " of topic " + TOPIC + " has a wrong form");
            }
        }
        return values;
    }

    private static String text(byte[] payload) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
        } catch (CharacterCodingException e) {
            throw new NeverException("the payload of topic " + TOPIC + " is not UTF-8", e);
        }
    }

    private static String value(Map<String, String> lines, String key) {
        String value = lines.get(key);
        if (value == null) {
            throw new NeverException("topic " + TOPIC + " without '" + key + "'");
        }
        return value;
    }
}
