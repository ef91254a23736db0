// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.security.MessageDigest;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.NodeId;

/**
 * The taker's end of what one giver delivers. One entry is open at a time: it is made, signed, sent
 * until answered, and only then comes the next. An entry is never taken back: what the giver
 * refuses is not put into another one, since it might countersign it all the same.
 */
final class Taking {
    private static final long FIRST_WAIT_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofMinutes(5).toNanos();

    /** No giver can push a chain's epoch to where it overflows. */
    private static final long HIGHEST_EPOCH = Long.MAX_VALUE / 2;

    final NodeId self;
    final NodeId giver;
    boolean up;
    private final ReceiptLimits limits;
    private final Pending pending = new Pending();
    private @Nullable Delivery last;
    private long knownEpoch;
    private @Nullable Delivery open;
    private Message.@Nullable Receipt signed;
    private boolean signing;
    private boolean settling;
    private long lastByteNanos;
    private long madeNanos;
    private long dueNanos;
    private long waitNanos = FIRST_WAIT_NANOS;

    Taking(NodeId self, NodeId giver, ReceiptLimits limits, long now) {
        this.self = self;
        this.giver = giver;
        this.limits = limits;
        this.lastByteNanos = now;
        this.dueNanos = now;
        this.madeNanos = now - limits.gap().toNanos();
    }

    /** The end of a chain that an earlier run left. */
    void loaded(Delivery delivery) {
        if (last == null || delivery.epoch() > last.epoch()) {
            last = delivery;
            knownEpoch = Math.max(knownEpoch, delivery.epoch());
        }
    }

    /** An entry that an earlier run left open. */
    void loadedOpen(Message.Receipt receipt) {
        Delivery d = receipt.delivery();
        knownEpoch = Math.max(knownEpoch, d.epoch());
        boolean next = last != null && d.follows(last);
        boolean anew = d.first() && (last == null || d.epoch() > last.epoch());
        if (open == null && (next || anew)) {
            open = d;
            signed = receipt;
        }
    }

    void stored(LedgerEvent.Stored e, long now) {
        pending.add(e.blob(), e.bytes(), e.pieces());
        lastByteNanos = now;
    }

    void up(long now) {
        up = true;
        dueNanos = now;
        waitNanos = FIRST_WAIT_NANOS;
        if (!settling) {
            signed = null; // it may be days old: the same entry, with the certificate of now
        }
    }

    /** Takes the next step, if one is due. */
    void step(long now, long wallMillis, Consumer<LedgerAction> out) {
        if (!up || now - dueNanos < 0) {
            return;
        }
        if (open == null) {
            boolean enough =
                    pending.bytes >= ReceiptLimits.MAX_ENTRY_BYTES
                            || (pending.bytes >= limits.entryBytes()
                                    && now - madeNanos >= limits.gap().toNanos());
            boolean idle = pending.bytes > 0 && now - lastByteNanos >= limits.idle().toNanos();
            if (enough || idle) {
                Delivery made = make(wallMillis);
                open = made;
                madeNanos = now;
                pending.clear();
                signing = true;
                out.accept(new LedgerAction.Sign(made));
            }
        } else if (signed == null && !signing) {
            signing = true;
            out.accept(new LedgerAction.Sign(open));
        } else if (signed != null && !settling) {
            later(now);
            out.accept(new LedgerAction.Send(giver, signed));
        }
    }

    private Delivery make(long wallMillis) {
        Delivery before = last;
        long epoch = before == null ? Math.max(wallMillis, knownEpoch + 1) : before.epoch();
        knownEpoch = Math.max(knownEpoch, epoch);
        return new Delivery(
                giver,
                self,
                epoch,
                before == null ? 1 : before.number() + 1,
                before == null ? new byte[Delivery.HASH_BYTES] : before.hash(),
                (before == null ? 0 : before.bytes()) + pending.bytes,
                (before == null ? 0 : before.pieces()) + pending.pieces,
                pending.bytes,
                pending.pieces,
                pending.blobs(),
                Math.max(0, wallMillis));
    }

    private void later(long now) {
        dueNanos = now + waitNanos;
        waitNanos = Math.min(LONGEST_WAIT_NANOS, 2 * waitNanos);
    }

    void signed(Message.Receipt receipt, long now) {
        if (isOpen(receipt.delivery().hash()) && signed == null) {
            signing = false;
            signed = receipt;
            dueNanos = now;
        }
    }

    /** The same one is signed later: it may be on the disk all the same. */
    void notSigned(long now) {
        signing = false;
        later(now);
    }

    void answered(Message.Countersigned answer, long now, Consumer<LedgerAction> out) {
        Message.Receipt mine = signed;
        if (mine == null || settling || !isOpen(answer.hash())) {
            return;
        }
        if (answer.verdict() == Verdict.SIGNED) {
            settling = true;
            out.accept(new LedgerAction.Settle(giver, mine, answer));
            return;
        }
        if (answer.epoch() < HIGHEST_EPOCH) {
            knownEpoch = Math.max(knownEpoch, answer.epoch());
        }
        abandon();
        later(now);
    }

    private void abandon() {
        open = null;
        signed = null;
        settling = false;
        last = null;
    }

    void settled(Receipt receipt, long now) {
        if (settling && isOpen(receipt.delivery().hash())) {
            last = receipt.delivery();
            open = null;
            signed = null;
            settling = false;
            dueNanos = now;
            waitNanos = FIRST_WAIT_NANOS;
        }
    }

    void notSettled(long now) {
        settling = false;
        later(now);
    }

    private boolean isOpen(byte[] hash) {
        return open != null && MessageDigest.isEqual(open.hash(), hash);
    }

    /** Whether time brings something. */
    boolean waits() {
        return up && (open != null || pending.bytes > 0);
    }

    /** Whether it may be forgotten: nothing but its chain would be lost. */
    boolean idle() {
        return !up && open == null && pending.bytes == 0;
    }
}
