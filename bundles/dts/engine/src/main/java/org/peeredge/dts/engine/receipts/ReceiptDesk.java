// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.Receipts;
import org.peeredge.dts.engine.wire.Features;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives {@link Ledgers} on the engine's loop and carries out its actions: keys and disk on
 * workers, messages over the connections. All but {@link Receipts} is for the loop.
 */
public final class ReceiptDesk implements Receipts {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptDesk.class);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

    /** What the desk needs of the rest of the engine. Called on the loop; must not block. */
    public interface Outlet {
        /** Sends a message; false when the member is gone. */
        boolean send(NodeId to, Message message);

        /** From now on the member is served last, or no longer so. */
        void owes(NodeId peer, boolean owes);
    }

    /**
     * What the desk stands on.
     *
     * @param records a table of its own
     */
    public record Ports(
            Identity identity,
            Clock clock,
            Loop loop,
            Executor workers,
            Records records,
            MetricScope metrics,
            Outlet outlet) {}

    private final Ports ports;
    private final ReceiptLimits limits;
    private final Duration tick;
    private final Ledgers ledgers;
    private final ReceiptBook book;
    private final ReceiptSigner signer;
    private final ReceiptMetrics metrics;
    private final ArrayDeque<LedgerEvent> queue = new ArrayDeque<>();
    private boolean handling;
    private boolean ticking;
    private boolean closed;
    private Cancellable ticker = () -> {};

    /** A desk; call {@link #start}. */
    public ReceiptDesk(Ports ports, ReceiptLimits limits) {
        this.ports = ports;
        this.limits = limits;
        tick = limits.idle().compareTo(LONGEST_TICK) < 0 ? limits.idle() : LONGEST_TICK;
        ledgers = new Ledgers(ports.identity().self().node(), limits);
        book = new ReceiptBook(ports.records(), limits.kept());
        signer = new ReceiptSigner(ports.identity());
        metrics = new ReceiptMetrics(ports.metrics());
    }

    /** What this node says of itself in its hello. */
    public long features() {
        return limits.enabled() ? Features.RECEIPTS : 0;
    }

    /** Reads what an earlier run kept. */
    public void start() {
        work(book::load, () -> closed = true);
    }

    /** Ends everything; what is being signed is lost or comes again after the next start. */
    public void stop() {
        closed = true;
        ticker.cancel();
    }

    /** A member is connected. */
    public void up(NodeId peer, long features) {
        if ((features & features() & Features.RECEIPTS) != 0) {
            handle(new LedgerEvent.Up(peer));
        }
    }

    /** No channel to it is left. */
    public void down(NodeId peer) {
        handle(new LedgerEvent.Down(peer));
    }

    /** Pieces from a member are stored, and good. */
    public void stored(NodeId giver, Digest blob, long bytes, long pieces) {
        handle(new LedgerEvent.Stored(giver, blob, bytes, pieces));
    }

    /** Symbols are handed to a channel. */
    public void sent(NodeId taker, long bytes) {
        handle(new LedgerEvent.Sent(taker, bytes));
    }

    /** They did not leave; from any thread. */
    public void unsent(NodeId taker, long bytes) {
        onLoop(() -> handle(new LedgerEvent.Unsent(taker, bytes)));
    }

    /** Takes what concerns receipts; false for all other messages. */
    public boolean message(NodeId from, Message message) {
        switch (message) {
            case Message.Receipt m -> handle(new LedgerEvent.Came(from, m));
            case Message.Countersigned m -> {
                metrics.answered(m.verdict());
                handle(new LedgerEvent.Answered(from, m));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void handle(LedgerEvent event) {
        queue.add(event);
        if (handling) {
            return;
        }
        handling = true;
        boolean due = false;
        try {
            for (LedgerEvent next = queue.poll(); next != null; next = queue.poll()) {
                if (!closed) {
                    step(next);
                }
                // What is sent makes nothing due here: the taker signs first.
                due |= !(next instanceof LedgerEvent.Sent);
            }
        } finally {
            handling = false;
        }
        if (due && !ticking && !closed && ledgers.busy()) {
            ticking = true;
            ticker = ports.loop().schedule(tick, this::tick);
        }
    }

    /** What goes wrong with receipts must not take a transfer with it. */
    private void step(LedgerEvent event) {
        try {
            metrics.count(event);
            ledgers.handle(
                    event, ports.clock().nanos(), ports.clock().now().toEpochMilli(), this::act);
        } catch (RuntimeException e) {
            metrics.internalErrors.increment();
            LOG.error("receipts failed: this is a fault of the engine, report it", e);
        }
        metrics.unsigned(ledgers.unsignedBytes());
    }

    private void tick() {
        ticking = false;
        handle(new LedgerEvent.Tick());
    }

    private void act(LedgerAction action) {
        switch (action) {
            case LedgerAction.Send a -> ports.outlet().send(a.to(), a.message());
            case LedgerAction.Owes a -> {
                LOG.debug("peer {} signs for what it gets: {}", a.taker().shortName(), !a.owes());
                ports.outlet().owes(a.taker(), a.owes());
            }
            case LedgerAction.Broke a -> broke(a.peer(), "an entry that it has not signed");
            case LedgerAction.Sign a -> {
                LedgerEvent not = new LedgerEvent.NotSigned(a.delivery().giver());
                work(
                        () -> {
                            Message.Receipt signed = signer.sign(a.delivery());
                            book.open(signed);
                            return new LedgerEvent.Signed(signed);
                        },
                        () -> handle(not));
            }
            case LedgerAction.Countersign a ->
                    work(
                            () -> countersign(a),
                            () -> handle(new LedgerEvent.NotCountersigned(a.taker(), false)));
            case LedgerAction.Settle a ->
                    work(() -> settle(a), () -> handle(new LedgerEvent.NotSettled(a.giver())));
            case LedgerAction.Suspect a -> suspect(a.receipt());
        }
    }

    private LedgerEvent countersign(LedgerAction.Countersign a) {
        if (!signer.good(a.receipt())) {
            return new LedgerEvent.NotCountersigned(a.taker(), true);
        }
        Receipt receipt = signer.countersign(a.receipt());
        book.add(receipt);
        return new LedgerEvent.Countersigned(receipt, a.again());
    }

    private LedgerEvent settle(LedgerAction.Settle a) {
        Message.Receipt mine = a.receipt();
        if (!signer.good(mine.delivery(), a.answer())) {
            broke(a.giver(), "a countersignature that is not its own");
            return new LedgerEvent.NotSettled(a.giver());
        }
        Receipt receipt =
                new Receipt(
                        mine.delivery(),
                        mine.certificate(),
                        mine.signature(),
                        a.answer().certificate(),
                        a.answer().signature());
        book.add(receipt);
        return new LedgerEvent.Settled(receipt);
    }

    private void suspect(Message.Receipt receipt) {
        attempt(() -> {
            if (signer.good(receipt) && book.suspect(receipt)) {
                metrics.forks.increment();
                LOG.warn(
                        "member {} has signed two receipts of one number: its disk was set back,"
                                + " or it cheats; both are kept (dts:receipts)",
                        receipt.delivery().taker().shortName());
            }
        });
    }

    private void broke(NodeId peer, String how) {
        metrics.bad.increment();
        LOG.debug("peer {}: {}", peer.shortName(), how);
    }

    /** Runs {@code task} on a worker; its event, or {@code failed}, follows on the loop. */
    private void work(Supplier<LedgerEvent> task, Runnable failed) {
        boolean taken =
                attempt(() -> {
                    try {
                        LedgerEvent done = task.get();
                        onLoop(() -> handle(done));
                    } catch (RuntimeException | Error e) {
                        LOG.warn("a receipt cannot be kept now: {}", e.getMessage(), e);
                        onLoop(failed);
                    }
                });
        if (!taken) {
            onLoop(failed);
        }
    }

    private boolean attempt(Runnable task) {
        try {
            ports.workers().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("no worker has time for receipts now");
            return false;
        }
    }

    private void onLoop(Runnable task) {
        try {
            ports.loop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine has stopped");
        }
    }

    @Override
    public List<Receipt> last() {
        return book.last();
    }

    @Override
    public List<Receipt> export(NodeId giver, NodeId taker) {
        return book.export(giver, taker);
    }

    @Override
    public List<Fork> forks() {
        return book.forks();
    }
}
