// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.peeredge.kernel.api.ConfigCheck;

/** Reads the rules, and refuses what it does not understand. */
final class RulesReader {
    private static final int MAX_PARTS = 64;

    private final ConfigCheck check = new ConfigCheck(FlowComponent.PID);
    private final FlowConfig config;

    private RulesReader(FlowConfig config) {
        this.config = config;
    }

    /**
     * The rules.
     *
     * @throws IllegalArgumentException that names PID and key
     */
    static Rules read(FlowConfig config) {
        return new RulesReader(config).rules();
    }

    private Rules rules() {
        Map<Lane, Long> limits = new EnumMap<>(Lane.class);
        for (Lane lane : Lane.values()) {
            long rate = amount(lane.key(), text(lane));
            if (rate > 0) {
                limits.put(lane, rate);
            }
        }
        String beyond = config.wan_budget_beyond().strip();
        if (!beyond.equals("foreground") && !beyond.equals("none")) {
            throw check.bad("wan.budget.beyond", beyond, "must be foreground or none");
        }
        return new Rules(
                limits,
                parts("schedule", config.schedule(), Window::parse),
                parts("metered", config.metered(), Metered::parse),
                amount("wan.budget", config.wan_budget()),
                beyond.equals("foreground"));
    }

    private String text(Lane lane) {
        return switch (lane) {
            case UP -> config.limit_up();
            case DOWN -> config.limit_down();
            case WAN_UP -> config.limit_wan_up();
            case WAN_DOWN -> config.limit_wan_down();
            case LAN_WAN_UP -> config.limit_lan_wan_up();
            case LAN_WAN_DOWN -> config.limit_lan_wan_down();
            case BACKGROUND_UP -> config.limit_background_up();
            case BACKGROUND_DOWN -> config.limit_background_down();
            case PEER_UP -> config.limit_peer_up();
            case PEER_DOWN -> config.limit_peer_down();
        };
    }

    private long amount(String key, String text) {
        if (text.isBlank()) {
            return 0;
        }
        return Quantity.bytes(text)
                .orElseThrow(() ->
                        check.bad(
                                key, text, "must be empty, bytes like 20M, or bits like 160Mbit"));
    }

    private <T> List<T> parts(String key, String text, Function<String, T> parse) {
        List<T> all = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            if (part.isBlank()) {
                continue;
            }
            try {
                all.add(parse.apply(part.strip()));
            } catch (IllegalArgumentException e) {
                throw check.bad(key, text, String.valueOf(e.getMessage()));
            }
        }
        if (all.size() > MAX_PARTS) {
            throw check.bad(key, text, "must have at most " + MAX_PARTS + " parts");
        }
        return all;
    }
}
