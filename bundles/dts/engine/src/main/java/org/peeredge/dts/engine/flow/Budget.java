// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Bytes over the WAN on one day; nothing is carried over to the next one. */
public final class Budget {
    private LocalDate day;
    private long usedBytes;

    /** What was kept of an earlier run; anything that cannot be read counts as nothing. */
    public Budget(Optional<byte[]> kept, LocalDate today) {
        String[] words =
                kept.map(b -> new String(b, StandardCharsets.US_ASCII)).orElse("").split(" ", 2);
        day = today;
        try {
            if (words.length == 2 && LocalDate.parse(words[0]).equals(today)) {
                usedBytes = Math.max(0, Long.parseLong(words[1]));
            }
        } catch (DateTimeParseException | NumberFormatException e) {
            usedBytes = 0;
        }
    }

    /** What to keep. */
    public byte[] kept() {
        return (day + " " + usedBytes).getBytes(StandardCharsets.US_ASCII);
    }

    /** Bytes went over the WAN; on a new day the count begins anew. */
    public void used(long bytes, LocalDate today) {
        if (!day.equals(today)) {
            day = today;
            usedBytes = 0;
        }
        usedBytes = Math.max(0, usedBytes + bytes);
    }

    /** Used today. */
    public long usedBytes() {
        return usedBytes;
    }

    /** What is left of a budget. */
    public long leftBytes(long budgetBytes) {
        return Math.max(0, budgetBytes - usedBytes);
    }
}
