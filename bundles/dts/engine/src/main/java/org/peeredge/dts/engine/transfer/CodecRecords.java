// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.kernel.api.plugin.PluginSlots;

/**
 * The choice of a codec and the measured speeds, as a table. The choice lies under {@value #CHOSEN}
 * as what the configuration said at that time, a line feed, and the type: it holds until the
 * configuration says something else. A speed lies under {@value #SPEED} and its type as two u64.
 * What cannot be read is as if it were not there. Reads are from memory, writes block.
 */
final class CodecRecords {
    static final String CHOSEN = "chosen";
    static final String SPEED = "speed.";

    /** More types than a node ever had. */
    private static final int MAX_SPEEDS = 256;

    private final Records records;

    CodecRecords(Records records) {
        this.records = records;
    }

    /** What was chosen while the configuration said {@code configured}, which it still does. */
    Optional<String> chosen(String configured) {
        return records.get(CHOSEN)
                .map(bytes -> new String(bytes, UTF_8))
                .filter(text -> text.startsWith(configured + '\n'))
                .map(text -> text.substring(configured.length() + 1))
                .filter(PluginSlots::validType);
    }

    /** Keeps a choice. */
    void choose(String configured, String type) {
        records.put(CHOSEN, (configured + '\n' + type).getBytes(UTF_8));
    }

    /** Drops a choice that was made while the configuration said something else. */
    void forgetUnless(String configured) {
        if (records.get(CHOSEN).isPresent() && chosen(configured).isEmpty()) {
            records.remove(CHOSEN);
        }
    }

    /** All speeds, by type. */
    Map<String, CodecSpeed> speeds() {
        Map<String, CodecSpeed> speeds = new HashMap<>();
        records.scan(SPEED, "", MAX_SPEEDS)
                .forEach((key, value) -> {
                    if (value.length == 2 * Long.BYTES) {
                        ByteBuffer in = ByteBuffer.wrap(value);
                        long encode = in.getLong();
                        long decode = in.getLong();
                        if (encode > 0 && decode > 0) {
                            speeds.put(
                                    key.substring(SPEED.length()), new CodecSpeed(encode, decode));
                        }
                    }
                });
        return speeds;
    }

    /** Keeps a speed. */
    void measured(String type, CodecSpeed speed) {
        records.put(
                SPEED + type,
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(speed.encodeBytesPerSecond())
                        .putLong(speed.decodeBytesPerSecond())
                        .array());
    }
}
