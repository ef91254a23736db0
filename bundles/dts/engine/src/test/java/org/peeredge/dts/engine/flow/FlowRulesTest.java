// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the configuration says, and when. */
class FlowRulesTest {
    /** A Monday. */
    private static final LocalDateTime MONDAY = LocalDateTime.of(2026, 11, 23, 0, 0);

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "20M, 20000000",
        "1.5k, 1500",
        "160Mbit, 20000000",
        "8bit, 1",
        "2g, 2000000000",
        "' 3T ', 3000000000000"
    })
    void amounts(String text, long bytes) {
        assertEquals(OptionalLong.of(bytes), Quantity.bytes(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "M", "20MB", "4bit", "1e6", "9999T", "20 M", "none"})
    void noAmounts(String text) {
        assertEquals(OptionalLong.empty(), Quantity.bytes(text));
    }

    @Test
    void windowsHoldInTheirHoursOnTheirDays() {
        Window office = Window.parse("Mon-Fri 08:00-18:00 wan.down=20M background=off");
        assertFalse(office.holds(MONDAY.plusHours(7).plusMinutes(59)));
        assertTrue(office.holds(MONDAY.plusHours(8)));
        assertTrue(office.holds(MONDAY.plusDays(4).plusHours(17).plusMinutes(59)));
        assertFalse(office.holds(MONDAY.plusDays(4).plusHours(18)));
        assertFalse(office.holds(MONDAY.plusDays(5).plusHours(12)));
        Window night = Window.parse("Sun,Tue 22:00-06:00 up=1M");
        assertTrue(night.holds(MONDAY.minusDays(1).plusHours(22)));
        assertTrue(night.holds(MONDAY.plusHours(5)), "of the day after");
        assertFalse(night.holds(MONDAY.plusHours(6)));
        assertFalse(night.holds(MONDAY.plusHours(23)));
        Window always = Window.parse("00:00-24:00 up=1M");
        assertTrue(always.holds(MONDAY.plusHours(23).plusMinutes(59)));
        Window turn = Window.parse("Sat-Mon 00:00-24:00 up=none");
        assertTrue(turn.holds(MONDAY));
        assertFalse(turn.holds(MONDAY.plusDays(1)));
    }

    @Test
    void theLaterWindowCounts() {
        Rules rules =
                RulesReader.read(
                        config(
                                Map.of(
                                        "limit_wan_down", "50M",
                                        "limit_up", "10M",
                                        "schedule",
                                                "08:00-18:00 wan.down=20M background=off;"
                                                        + " 12:00-13:00 wan.down=none up=5M"
                                                        + " background=on;")));
        assertEquals(50_000_000, rate(rules, 7, Lane.WAN_DOWN));
        assertEquals(20_000_000, rate(rules, 8, Lane.WAN_DOWN));
        assertEquals(10_000_000, rate(rules, 8, Lane.UP));
        assertTrue(rules.at(MONDAY.plusHours(8)).backgroundOff().isPresent());
        assertEquals(0, rate(rules, 12, Lane.WAN_DOWN));
        assertEquals(5_000_000, rate(rules, 12, Lane.UP));
        assertTrue(rules.at(MONDAY.plusHours(12)).backgroundOff().isEmpty());
        Rates.Rate rate = rules.at(MONDAY.plusHours(8)).limits().get(Lane.WAN_DOWN);
        assertTrue(rate != null && rate.why().contains("08:00-18:00"), () -> "" + rate);
    }

    private static long rate(Rules rules, int hour, Lane lane) {
        Rates.Rate rate = rules.at(MONDAY.plusHours(hour)).limits().get(lane);
        return rate == null ? 0 : rate.bytesPerSecond();
    }

    @ParameterizedTest
    @CsvSource({
        "limit.up, limit_up, fast",
        "limit.lan.wan.down, limit_lan_wan_down, 0",
        "schedule, schedule, Mon-Fri wan.down=1M",
        "schedule, schedule, Mon-Fri 08:00-18:00",
        "schedule, schedule, Mon-Fri 08:00-25:00 up=1M",
        "schedule, schedule, Mo-Fr 08:00-18:00 up=1M",
        "schedule, schedule, 08:00-18:00 sideways=1M",
        "schedule, schedule, 08:00-18:00 up=much",
        "schedule, schedule, 08:00-18:00 background=maybe",
        "metered, metered, 10.0.0.0/33",
        "metered, metered, ten/8",
        "metered, metered, wwan0 price=cheap",
        "wan.budget, wan_budget, a lot",
        "wan.budget.beyond, wan_budget_beyond, all"
    })
    void aBadValueIsRefusedByName(String key, String method, String value) {
        String message =
                String.valueOf(
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> RulesReader.read(config(Map.of(method, value))))
                                .getMessage());
        assertTrue(message.contains(FlowComponent.PID + ": " + key + " = '"), message);
    }

    @Test
    void aBadChangeLeavesTheRulesBeforeInForce() {
        FlowComponent component = new FlowComponent(config(Map.of("limit_up", "1M")));
        List<Rules> heard = new java.util.ArrayList<>();
        component.listen(heard::add);
        component.modified(config(Map.of("limit_up", "x")));
        component.modified(config(Map.of("limit_up", "2M")));
        component.unlisten();
        component.modified(config(Map.of("limit_up", "3M")));
        assertEquals(
                List.of(1_000_000L, 2_000_000L),
                heard.stream().map(r -> r.limits().get(Lane.UP)).toList());
    }

    @Test
    void nothingSaidMeansNoLimit() {
        assertEquals(Rules.NONE, RulesReader.read(config(Map.of())));
    }

    @Test
    void meteredLinksAreKnownByInterfaceOrNetwork() {
        List<Metered> all =
                List.of(Metered.parse("wwan0 price=4.50"), Metered.parse("10.64.0.0/10"));
        assertEquals(4.5, all.getFirst().pricePerGigabyte());
        assertEquals("wwan0", link(all, "wwan0", "192.0.2.7", "203.0.113.9"));
        assertEquals("10.64.0.0/10", link(all, "eth0", "192.0.2.7", "10.100.1.1"));
        assertEquals("10.64.0.0/10", link(all, "eth0", "10.127.255.255", "203.0.113.9"));
        assertEquals("", link(all, "eth0", "192.0.2.7", "10.128.0.1"));
        assertEquals("", link(all, "eth0", "2001:db8::7", "2001:db8::9"));
    }

    private static String link(List<Metered> all, String name, String local, String remote) {
        Metered.Way way =
                new Metered.Way(name, InetAddress.ofLiteral(local), InetAddress.ofLiteral(remote));
        return Metered.of(all, way).map(Metered::link).orElse("");
    }

    /** The route of this machine to itself is over loopback, whatever its interfaces are. */
    @Test
    void theRouteSaysWhichInterface() {
        assertTrue(Ways.to("127.0.0.1", List.of(new Metered("127.0.0.0/8", 1))).isPresent());
        assertTrue(Ways.to("127.0.0.1", List.of(new Metered("203.0.113.0/24", 1))).isEmpty());
        assertTrue(Ways.to("not.a.literal", List.of(new Metered("0.0.0.0/0", 1))).isEmpty());
        assertTrue(Ways.out(List.of(new Metered("203.0.113.0/24", 1))).isEmpty());
    }

    @Test
    void aBudgetIsOfOneDay() {
        LocalDate day = MONDAY.toLocalDate();
        Budget budget = new Budget(Optional.empty(), day);
        budget.used(700, day);
        assertEquals(300, budget.leftBytes(1000));
        Budget restarted = new Budget(Optional.of(budget.kept()), day);
        assertEquals(300, restarted.leftBytes(1000));
        restarted.used(400, day);
        assertEquals(0, restarted.leftBytes(1000));
        restarted.used(100, day.plusDays(1));
        assertEquals(900, restarted.leftBytes(1000));
        assertEquals(1000, new Budget(Optional.of(budget.kept()), day.plusDays(1)).leftBytes(1000));
        for (String damaged : List.of("", "x", "2026-11-23", "2026-11-23 x", "x 5")) {
            byte[] bytes = damaged.getBytes(StandardCharsets.US_ASCII);
            assertEquals(1000, new Budget(Optional.of(bytes), day).leftBytes(1000));
        }
    }

    /** Defaults, but for these; by the names of methods. */
    private static FlowConfig config(Map<String, String> values) {
        Map<String, String> all = new HashMap<>(values);
        return (FlowConfig)
                java.lang.reflect.Proxy.newProxyInstance(
                        FlowConfig.class.getClassLoader(),
                        new Class<?>[] {FlowConfig.class, Annotation.class},
                        (proxy, method, args) ->
                                all.getOrDefault(
                                        method.getName(), (String) method.getDefaultValue()));
    }
}
