// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.plugin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The plugins of one family, found by type. One implementation for all families.
 *
 * <p>A consumer's DS component binds each service with a dynamic reference of cardinality {@code
 * MULTIPLE}: {@code bind} calls {@link #add}, {@code unbind} calls {@link #remove}, which returns
 * when the leases have been given back or the drain time is over. New work gets the new plugin
 * meanwhile: of several with the same type the one with the highest ranking wins, and of equals the
 * one that came last. No lock is held while waiting or while a plugin runs. Safe for use by many
 * threads.
 */
public final class PluginSlots<T> {
    /** Service property that names a plugin's type. */
    public static final String TYPE = "peeredge.type";

    /** What a type may look like, to follow on its name: it comes from operators and bundles. */
    public static final String TYPE_RULE = "must be 1 to 32 lower-case letters, digits or _";

    private static final Pattern TYPE_FORM = Pattern.compile("[a-z0-9_]{1,32}");

    /** How long a removal waits for running work when nothing else is said. */
    public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);

    private final Duration drain;
    private final int maxFailures;
    private final BiConsumer<String, String> onTrip;
    private volatile List<Slot<T>> slots = List.of();

    /**
     * An empty family.
     *
     * @param drain how long {@link #remove} waits before it cancels leases
     * @param maxFailures how many failures in a row trip a plugin off; at least 1
     * @param onTrip told type and reason when a plugin is tripped off, on the thread that found
     *     out; must not block
     */
    public PluginSlots(Duration drain, int maxFailures, BiConsumer<String, String> onTrip) {
        if (maxFailures < 1 || drain.isNegative()) {
            throw new IllegalArgumentException("maxFailures " + maxFailures + ", drain " + drain);
        }
        this.drain = drain;
        this.maxFailures = maxFailures;
        this.onTrip = onTrip;
    }

    /** Whether a type keeps to {@link #TYPE_RULE}. */
    public static boolean validType(String type) {
        return TYPE_FORM.matcher(type).matches();
    }

    /** Adds a plugin; from now on new leases may get it. */
    public void add(String type, int ranking, T plugin) {
        Slot<T> slot =
                new Slot<>(
                        type, ranking, plugin, maxFailures, reason -> onTrip.accept(type, reason));
        synchronized (this) {
            List<Slot<T>> next = new ArrayList<>();
            next.add(slot);
            next.addAll(slots);
            next.sort(Comparator.comparingInt((Slot<T> s) -> s.ranking()).reversed());
            slots = List.copyOf(next);
        }
    }

    /**
     * Removes a plugin: no new lease at once, then waits for the open ones, then cancels them.
     * Blocks for at most the drain time; an interrupt ends the wait. Unknown plugins are ignored.
     *
     * @return whether everything drained in time
     */
    public boolean remove(T plugin) {
        Slot<T> gone = null;
        synchronized (this) {
            List<Slot<T>> next = new ArrayList<>();
            for (Slot<T> slot : slots) {
                if (gone == null && slot.holds(plugin)) {
                    gone = slot;
                } else {
                    next.add(slot);
                }
            }
            slots = List.copyOf(next);
        }
        if (gone == null) {
            return true;
        }
        try {
            return gone.retire(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Leases the best usable plugin of a type; empty when there is none. */
    public Optional<Lease<T>> lease(String type) {
        return leaseWhere(slot -> slot.type().equals(type));
    }

    /** Leases the best usable plugin of any type. */
    public Optional<Lease<T>> lease() {
        return leaseWhere(slot -> true);
    }

    /**
     * When nothing was found in a list that has changed meanwhile, looks again: a swap puts the new
     * plugin in before it takes the old one out, so a caller never sees a gap.
     */
    private Optional<Lease<T>> leaseWhere(Predicate<Slot<T>> wanted) {
        while (true) {
            List<Slot<T>> seen = slots;
            for (Slot<T> slot : seen) {
                if (wanted.test(slot)) {
                    Optional<Lease<T>> lease = slot.lease();
                    if (lease.isPresent()) {
                        return lease;
                    }
                }
            }
            if (seen.equals(slots)) {
                return Optional.empty();
            }
        }
    }

    /** What is there now, best first. */
    public List<PluginInfo> list() {
        return slots.stream()
                .map(s ->
                        new PluginInfo(
                                s.type(), s.ranking(), s.usable(), s.tripReason(), s.openLeases()))
                .toList();
    }

    /** Whether a plugin of this type is there that new work may get. */
    public boolean usable(String type) {
        return slots.stream().anyMatch(s -> s.usable() && s.type().equals(type));
    }

    /**
     * Why a type cannot be leased, with what to do about it, for an operator to read.
     *
     * @param family what the plugins are, such as "strategy"
     */
    public String whyNot(String family, String type) {
        List<PluginInfo> present = list();
        for (PluginInfo p : present) {
            if (p.type().equals(type) && !p.usable()) {
                return family
                        + " '"
                        + type
                        + "' was tripped off ("
                        + p.tripReason()
                        + "): restart or replace its bundle first";
            }
        }
        return "there is no "
                + family
                + " '"
                + type
                + "' here, only "
                + present.stream().map(PluginInfo::type).distinct().toList()
                + ": install its bundle first, or choose one of these";
    }

    /**
     * One plugin's state.
     *
     * @param usable whether new work may get it
     * @param tripReason why it was tripped off, empty when it was not
     * @param openLeases the work that runs on it now
     */
    public record PluginInfo(
            String type, int ranking, boolean usable, String tripReason, int openLeases) {}
}
