// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the configuration says.
 *
 * @param limits bytes per second, at any time
 * @param windows parts of the week in which others hold; of two that do, the later one
 * @param metered links that are paid by volume
 * @param budgetBytes over the WAN in a day, both ways; 0 for no budget
 * @param foregroundBeyond whether what somebody waits for goes on when the budget is spent
 */
public record Rules(
        Map<Lane, Long> limits,
        List<Window> windows,
        List<Metered> metered,
        long budgetBytes,
        boolean foregroundBeyond) {
    /** No limit at all. */
    public static final Rules NONE = new Rules(Map.of(), List.of(), List.of(), 0, true);

    /** Copies the collections. */
    public Rules {
        limits = Map.copyOf(limits);
        windows = List.copyOf(windows);
        metered = List.copyOf(metered);
    }

    /** What is in force at a moment, in this node's zone. */
    public Rates at(LocalDateTime now) {
        Map<Lane, Rates.Rate> rates = new EnumMap<>(Lane.class);
        limits.forEach((lane, limit) -> rates.put(lane, new Rates.Rate(limit, lane.key())));
        Optional<String> off = Optional.empty();
        for (Window w : windows) {
            if (!w.holds(now)) {
                continue;
            }
            String why = "schedule: " + w.text();
            w.limits()
                    .forEach((lane, limit) -> {
                        if (limit.isPresent()) {
                            rates.put(lane, new Rates.Rate(limit.getAsLong(), why));
                        } else {
                            rates.remove(lane);
                        }
                    });
            if (w.background().isPresent()) {
                off = w.background().get() ? Optional.empty() : Optional.of(why);
            }
        }
        return new Rates(rates, off);
    }
}
