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
 * The giver's end of what one taker gets: what was sent and not signed for yet, and the end of the
 * chain that this node has countersigned.
 */
final class Giving {
    private static final long IGNORE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long REFUSED_NANOS = Duration.ofSeconds(1).toNanos();
    private static final byte[] NONE = {};

    /** A signed byte pays for so many sent ones: what came twice or was lost is not signed for. */
    private static final int PAYS_FOR = 2;

    final NodeId self;
    final NodeId taker;
    boolean up;
    boolean owes;
    private final ReceiptLimits limits;
    private @Nullable Receipt last;

    /** Sent in this run, and not in an entry yet. */
    private long sentBytes;

    /** Sent by an earlier run, which left no figures, and not in an entry yet: at most. */
    private long graceBytes;

    private long unsignedBytes;
    private boolean busy;
    private @Nullable Long ignoreUntilNanos;

    Giving(NodeId self, NodeId taker, ReceiptLimits limits) {
        this.self = self;
        this.taker = taker;
        this.limits = limits;
        this.graceBytes = limits.unsignedBytes();
    }

    void loaded(Receipt receipt) {
        if (last == null || receipt.delivery().epoch() > last.delivery().epoch()) {
            last = receipt;
        }
    }

    void up(Consumer<LedgerAction> out) {
        up = true;
        if (owes) {
            out.accept(new LedgerAction.Owes(taker, true));
        }
    }

    void sent(long bytes, Consumer<LedgerAction> out) {
        sentBytes += bytes;
        unsignedBytes += bytes;
        rate(out);
    }

    /** The taker may have got them all the same: only the debt is less. */
    void unsent(long bytes, Consumer<LedgerAction> out) {
        unsignedBytes = Math.max(0, unsignedBytes - bytes);
        rate(out);
    }

    private void rate(Consumer<LedgerAction> out) {
        boolean now = unsignedBytes > limits.unsignedBytes();
        if (now != owes) {
            owes = now;
            out.accept(new LedgerAction.Owes(taker, now));
        }
    }

    long unsignedBytes() {
        return unsignedBytes;
    }

    /**
     * An entry came.
     *
     * @param grace whether an earlier run of this node may have sent what it speaks of
     */
    void came(Message.Receipt receipt, boolean grace, long now, Consumer<LedgerAction> out) {
        if (busy || (ignoreUntilNanos != null && now - ignoreUntilNanos < 0)) {
            return; // it comes again
        }
        Delivery d = receipt.delivery();
        if (!d.giver().equals(self) || !d.taker().equals(taker)) {
            bad(now, out);
            return;
        }
        Receipt known = last;
        if (known != null && d.sameChain(known.delivery())) {
            Delivery end = known.delivery();
            if (d.number() <= end.number()) {
                repeated(receipt, known, now, out);
                return;
            }
            if (!d.follows(end)) {
                refuse(d, Verdict.UNKNOWN, now, out);
                return;
            }
        } else if (!d.first() || (known != null && d.epoch() < known.delivery().epoch())) {
            out.accept(new LedgerAction.Suspect(receipt));
            refuse(d, Verdict.UNKNOWN, now, out);
            return;
        }
        if (d.addedBytes() > sentBytes + (grace ? graceBytes : 0)) {
            refuse(d, Verdict.EXCEEDS, now, out);
            return;
        }
        busy = true;
        out.accept(new LedgerAction.Countersign(taker, receipt, false));
    }

    private void repeated(
            Message.Receipt receipt, Receipt known, long now, Consumer<LedgerAction> out) {
        if (MessageDigest.isEqual(receipt.delivery().hash(), known.delivery().hash())) {
            busy = true;
            out.accept(new LedgerAction.Countersign(taker, receipt, true));
        } else {
            out.accept(new LedgerAction.Suspect(receipt));
            refuse(receipt.delivery(), Verdict.FORKED, now, out);
        }
    }

    /** Says no, and nothing for a moment: a flood of entries gets no flood of answers. */
    private void refuse(Delivery d, Verdict verdict, long now, Consumer<LedgerAction> out) {
        ignoreUntilNanos = now + REFUSED_NANOS;
        long epoch = last == null ? 0 : last.delivery().epoch();
        out.accept(
                new LedgerAction.Send(
                        taker, new Message.Countersigned(d.hash(), verdict, epoch, NONE, NONE)));
    }

    private static Message.Countersigned signed(Receipt r) {
        return new Message.Countersigned(
                r.delivery().hash(),
                Verdict.SIGNED,
                r.delivery().epoch(),
                r.giverCertificate(),
                r.giverSignature());
    }

    void countersigned(Receipt receipt, boolean again, Consumer<LedgerAction> out) {
        busy = false;
        last = receipt;
        long added = again ? 0 : receipt.delivery().addedBytes();
        graceBytes -= Math.max(0, added - sentBytes);
        sentBytes = Math.max(0, sentBytes - added);
        unsignedBytes -= Math.min(unsignedBytes, Math.multiplyExact(added, PAYS_FOR));
        rate(out);
        out.accept(new LedgerAction.Send(taker, signed(receipt)));
    }

    void notCountersigned(boolean bad, long now, Consumer<LedgerAction> out) {
        busy = false;
        if (bad) {
            bad(now, out);
        }
    }

    private void bad(long now, Consumer<LedgerAction> out) {
        ignoreUntilNanos = now + IGNORE_NANOS;
        out.accept(new LedgerAction.Broke(taker));
    }

    /** Whether it may be forgotten: nothing but its chain would be lost. */
    boolean idle() {
        return !up && !busy && unsignedBytes == 0;
    }
}
