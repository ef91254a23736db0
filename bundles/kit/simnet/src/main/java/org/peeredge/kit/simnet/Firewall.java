// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * What goes wrong between nodes. Rules are per direction and hold for messages sent from then on.
 * Connections are reliable and ordered unless a rule says otherwise.
 */
public final class Firewall {
    private final Map<Long, Rule> rules = new LinkedHashMap<>();
    private final Set<Port> apart = new LinkedHashSet<>();
    private final RandomGenerator random;
    private Predicate<Object> lossy = message -> true;

    Firewall(RandomGenerator random) {
        this.random = random;
    }

    /** Loses messages by chance: {@code ppm} of a million. */
    public void drop(Port from, Port to, int ppm) {
        rule(from, to).dropPpm = ppm;
    }

    /** Sends a second copy by chance. */
    public void duplicate(Port from, Port to, int ppm) {
        rule(from, to).duplicatePpm = ppm;
    }

    /** Adds a delay, the same for each message. */
    public void delay(Port from, Port to, long nanos) {
        rule(from, to).delayNanos = nanos;
    }

    /** Adds a delay by chance, up to {@code nanos}, so that messages overtake each other. */
    public void reorder(Port from, Port to, long nanos) {
        rule(from, to).jitterNanos = nanos;
    }

    /** Which messages drop, duplicate and reorder apply to; all unless set. */
    public void applyTo(Predicate<Object> messages) {
        lossy = messages;
    }

    /** Parts these nodes from all others: what is sent across is lost, connections stay. */
    public void partition(Set<Port> nodes) {
        rejoin();
        apart.addAll(nodes);
        apart.forEach(port -> port.apart = true);
    }

    /** A node neither sends nor receives, and does not close: it hangs. */
    public void freeze(Port node, boolean on) {
        node.frozen = on;
    }

    /** Ends the partition and all rules between nodes; frozen nodes stay frozen. */
    public void heal() {
        rejoin();
        rules.clear();
    }

    private void rejoin() {
        apart.forEach(port -> port.apart = false);
        apart.clear();
    }

    boolean blocks(Port from, Port to) {
        return from.frozen || to.frozen || from.apart != to.apart;
    }

    boolean drops(Port from, Port to, Object message) {
        Rule rule = rules.isEmpty() ? null : rules.get(key(from, to));
        return rule != null && rule.dropPpm > 0 && lossy.test(message) && hit(rule.dropPpm);
    }

    boolean duplicates(Port from, Port to, Object message) {
        Rule rule = rules.isEmpty() ? null : rules.get(key(from, to));
        return rule != null
                && rule.duplicatePpm > 0
                && lossy.test(message)
                && hit(rule.duplicatePpm);
    }

    long delays(Port from, Port to, Object message) {
        Rule rule = rules.isEmpty() ? null : rules.get(key(from, to));
        if (rule == null) {
            return 0;
        }
        boolean jitter = rule.jitterNanos > 0 && lossy.test(message);
        return rule.delayNanos + (jitter ? random.nextLong(rule.jitterNanos) : 0);
    }

    private boolean hit(int ppm) {
        return random.nextInt(1_000_000) < ppm;
    }

    private Rule rule(Port from, Port to) {
        return rules.computeIfAbsent(key(from, to), k -> new Rule());
    }

    private static long key(Port from, Port to) {
        return ((long) from.number << 32) | to.number;
    }

    private static final class Rule {
        int dropPpm;
        int duplicatePpm;
        long delayNanos;
        long jitterNanos;
    }
}
