// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of the week with limits of its own, as {@code Mon-Fri 08:00-18:00 wan.down=20M}.
 *
 * @param days on which it begins
 * @param fromMinute of the day
 * @param toMinute of the day, up to 24:00; at or before {@code fromMinute}: of the day after
 * @param limits bytes per second; empty for none
 * @param background whether it says that transfers for which nobody waits may run, or not
 * @param text as it was written
 */
record Window(
        Set<DayOfWeek> days,
        int fromMinute,
        int toMinute,
        Map<Lane, OptionalLong> limits,
        Optional<Boolean> background,
        String text) {
    private static final Pattern TIME =
            Pattern.compile("([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])");
    private static final int DAY_MINUTES = 24 * 60;
    private static final int MAX_WORDS = 32;
    private static final List<String> DAYS =
            List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    static Window parse(String text) {
        List<String> words = List.of(text.strip().split("\\s+", MAX_WORDS));
        Matcher first = TIME.matcher(words.getFirst());
        boolean daily = first.matches();
        Matcher time = daily ? first : TIME.matcher(words.size() > 1 ? words.get(1) : "");
        if (!time.matches()) {
            throw new IllegalArgumentException("'" + text + "' has no time like 08:00-18:00");
        }
        Set<DayOfWeek> days = daily ? EnumSet.allOf(DayOfWeek.class) : days(words.getFirst());
        int from = minute(time.group(1), time.group(2), text);
        int to = minute(time.group(3), time.group(4), text);
        Map<Lane, OptionalLong> limits = new EnumMap<>(Lane.class);
        Optional<Boolean> background = Optional.empty();
        for (String word : words.subList(daily ? 1 : 2, words.size())) {
            int at = word.indexOf('=');
            String name = at < 0 ? word : word.substring(0, at);
            String value = at < 0 ? "" : word.substring(at + 1);
            if (name.equals("background") && (value.equals("off") || value.equals("on"))) {
                background = Optional.of(value.equals("on"));
            } else {
                limits.put(lane(name), limit(word, value));
            }
        }
        if (limits.isEmpty() && background.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' says no limit, like wan.down=20M");
        }
        return new Window(days, from, to, limits, background, text.strip());
    }

    private static Lane lane(String name) {
        return Lane.of(name)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "'" + name + "' is none of " + names() + ", background"));
    }

    private static String names() {
        return String.join(", ", java.util.Arrays.stream(Lane.values()).map(Lane::text).toList());
    }

    private static OptionalLong limit(String word, String value) {
        OptionalLong bytes = Quantity.bytes(value);
        if (bytes.isEmpty() && !value.equals("none")) {
            throw new IllegalArgumentException(
                    "'" + word + "' must give bytes a second like 20M, bits like 160Mbit, or none");
        }
        return bytes;
    }

    private static int minute(String hours, String minutes, String text) {
        int minute = Integer.parseInt(hours) * 60 + Integer.parseInt(minutes);
        if (minute > DAY_MINUTES) {
            throw new IllegalArgumentException("'" + text + "' has a time after 24:00");
        }
        return minute;
    }

    private static Set<DayOfWeek> days(String text) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            DayOfWeek from = day(dash < 0 ? part : part.substring(0, dash), text);
            DayOfWeek to = dash < 0 ? from : day(part.substring(dash + 1), text);
            for (DayOfWeek d = from; ; d = d.plus(1)) {
                days.add(d);
                if (d == to) {
                    break;
                }
            }
        }
        return days;
    }

    private static DayOfWeek day(String text, String all) {
        int at = DAYS.indexOf(text.toLowerCase(Locale.ROOT));
        if (at < 0) {
            throw new IllegalArgumentException("'" + all + "' are no days like Mon-Fri or Sat,Sun");
        }
        return DayOfWeek.of(at + 1);
    }

    /** Whether a moment lies in it. */
    boolean holds(LocalDateTime at) {
        int minute = at.getHour() * 60 + at.getMinute();
        DayOfWeek day = at.getDayOfWeek();
        if (fromMinute < toMinute) {
            return days.contains(day) && minute >= fromMinute && minute < toMinute;
        }
        return (days.contains(day) && minute >= fromMinute)
                || (days.contains(day.minus(1)) && minute < toMinute);
    }
}
