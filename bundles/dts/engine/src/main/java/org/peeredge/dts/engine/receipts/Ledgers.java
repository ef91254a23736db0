// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.kernel.api.NodeId;

/**
 * The accounts with all members, as giver and as taker. What happens goes in with the time, what to
 * do comes out; no clock, thread, key or disk, so that simulations drive the same code. To be
 * called by one thread at a time, not from within an action.
 */
public final class Ledgers {
    /** Pairs of which the accounts are in memory. */
    static final int MAX_PAIRS = 1_024;

    /** Takers say by then what an earlier run of this node has sent them. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private final NodeId self;
    private final ReceiptLimits limits;
    private final Map<NodeId, Taking> taking = new LinkedHashMap<>();
    private final Map<NodeId, Giving> giving = new LinkedHashMap<>();

    /** The last entry of each taker that came before this node knew what it has signed. */
    private final Map<NodeId, LedgerEvent.Came> early = new LinkedHashMap<>();

    private @Nullable Long graceUntilNanos;
    private boolean loaded;
    private long unsignedBytes;

    /** Empty ones; {@code Loaded} must come. */
    public Ledgers(NodeId self, ReceiptLimits limits) {
        this.self = self;
        this.limits = limits;
    }

    /**
     * Takes an event.
     *
     * @param nowNanos of a clock that never goes back
     * @param wallMillis wall time since 1970
     * @param out takes the actions, in order
     */
    public void handle(
            LedgerEvent event, long nowNanos, long wallMillis, Consumer<LedgerAction> out) {
        if (graceUntilNanos == null) {
            graceUntilNanos = nowNanos + GRACE.toNanos();
        }
        switch (event) {
            case LedgerEvent.Loaded e -> {
                loaded(e, nowNanos);
                List<LedgerEvent.Came> came = List.copyOf(early.values());
                early.clear();
                came.forEach(c -> ofGiver(c, nowNanos, out));
            }
            case LedgerEvent.Up e -> up(e.peer(), nowNanos, out);
            case LedgerEvent.Down e -> down(e.peer());
            case LedgerEvent.Stored e -> with(taking, e.giver(), t -> t.stored(e, nowNanos));
            case LedgerEvent.Signed e ->
                    with(
                            taking,
                            e.receipt().delivery().giver(),
                            t -> t.signed(e.receipt(), nowNanos));
            case LedgerEvent.NotSigned e -> with(taking, e.giver(), t -> t.notSigned(nowNanos));
            case LedgerEvent.Answered e ->
                    with(taking, e.from(), t -> t.answered(e.answer(), nowNanos, out));
            case LedgerEvent.Settled e ->
                    with(
                            taking,
                            e.receipt().delivery().giver(),
                            t -> t.settled(e.receipt(), nowNanos));
            case LedgerEvent.NotSettled e -> with(taking, e.giver(), t -> t.notSettled(nowNanos));
            case LedgerEvent.Tick _ ->
                    taking.values().forEach(t -> step(t, nowNanos, wallMillis, out));
            default -> ofGiver(event, nowNanos, out);
        }
        touched(event).map(taking::get).ifPresent(t -> step(t, nowNanos, wallMillis, out));
    }

    private void ofGiver(LedgerEvent event, long now, Consumer<LedgerAction> out) {
        switch (event) {
            case LedgerEvent.Sent e -> account(e.taker(), g -> g.sent(e.bytes(), out));
            case LedgerEvent.Unsent e -> account(e.taker(), g -> g.unsent(e.bytes(), out));
            case LedgerEvent.Came e -> {
                boolean grace = graceUntilNanos != null && now - graceUntilNanos < 0;
                if (!loaded && giving.containsKey(e.from())) {
                    early.put(e.from(), e);
                } else if (loaded) {
                    with(giving, e.from(), g -> g.came(e.receipt(), grace, now, out));
                }
            }
            case LedgerEvent.Countersigned e ->
                    account(
                            e.receipt().delivery().taker(),
                            g -> g.countersigned(e.receipt(), e.again(), out));
            case LedgerEvent.NotCountersigned e ->
                    with(giving, e.taker(), g -> g.notCountersigned(e.bad(), now, out));
            default -> throw new IllegalStateException("not of a giver: " + event);
        }
    }

    /** Whose entry may be due after that. */
    private static Optional<NodeId> touched(LedgerEvent event) {
        return switch (event) {
            case LedgerEvent.Up e -> Optional.of(e.peer());
            case LedgerEvent.Stored e -> Optional.of(e.giver());
            case LedgerEvent.Signed e -> Optional.of(e.receipt().delivery().giver());
            case LedgerEvent.Settled e -> Optional.of(e.receipt().delivery().giver());
            default -> Optional.empty();
        };
    }

    private void step(Taking t, long now, long wallMillis, Consumer<LedgerAction> out) {
        if (loaded) {
            t.step(now, wallMillis, out);
        }
    }

    private void loaded(LedgerEvent.Loaded e, long now) {
        loaded = true;
        for (Receipt receipt : e.last()) {
            NodeId giver = receipt.delivery().giver();
            NodeId taker = receipt.delivery().taker();
            if (taker.equals(self)) {
                taking(giver, now).ifPresent(t -> t.loaded(receipt.delivery()));
            } else if (giver.equals(self)) {
                giving(taker).ifPresent(g -> g.loaded(receipt));
            }
        }
        e.open()
                .forEach(open ->
                        taking(open.delivery().giver(), now).ifPresent(t -> t.loadedOpen(open)));
    }

    private void up(NodeId peer, long now, Consumer<LedgerAction> out) {
        taking(peer, now).ifPresent(t -> t.up(now));
        giving(peer).ifPresent(g -> g.up(out));
    }

    private void down(NodeId peer) {
        with(taking, peer, t -> t.up = false);
        with(giving, peer, g -> g.up = false);
    }

    private Optional<Taking> taking(NodeId giver, long now) {
        return place(taking, giver, Taking::idle, () -> new Taking(self, giver, limits, now));
    }

    private Optional<Giving> giving(NodeId taker) {
        return place(giving, taker, Giving::idle, () -> new Giving(self, taker, limits));
    }

    /**
     * Finds or makes an account; with too many, in the place of one without business, which begins
     * a new chain should it come back.
     */
    private static <T> Optional<T> place(
            Map<NodeId, T> all, NodeId peer, Predicate<T> idle, Supplier<T> made) {
        T there = all.get(peer);
        if (there != null) {
            return Optional.of(there);
        }
        if (all.size() >= MAX_PAIRS) {
            Optional<NodeId> old =
                    all.entrySet().stream()
                            .filter(e -> idle.test(e.getValue()))
                            .map(Map.Entry::getKey)
                            .findFirst();
            if (old.isEmpty()) {
                return Optional.empty();
            }
            all.remove(old.get());
        }
        T fresh = made.get();
        all.put(peer, fresh);
        return Optional.of(fresh);
    }

    private static <T> void with(Map<NodeId, T> all, NodeId peer, Consumer<T> what) {
        T there = all.get(peer);
        if (there != null) {
            what.accept(there);
        }
    }

    private void account(NodeId taker, Consumer<Giving> what) {
        with(
                giving,
                taker,
                g -> {
                    unsignedBytes -= g.unsignedBytes();
                    what.accept(g);
                    unsignedBytes += g.unsignedBytes();
                });
    }

    /** Sent to members that have not signed for it yet, over all. */
    public long unsignedBytes() {
        return unsignedBytes;
    }

    /** The larger of the numbers of givers and takers that there are accounts with. */
    int pairs() {
        return Math.max(taking.size(), giving.size());
    }

    /** Whether ticks are needed. */
    public boolean busy() {
        return taking.values().stream().anyMatch(Taking::waits);
    }
}
