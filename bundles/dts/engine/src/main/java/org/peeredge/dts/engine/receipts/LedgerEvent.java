// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** All that can happen to {@link Ledgers}. */
public sealed interface LedgerEvent {
    /**
     * What an earlier run kept. Until then nothing is signed.
     *
     * @param last the last receipt of the newest chain of each pair, either way
     * @param open entries that were signed and perhaps sent
     */
    record Loaded(List<Receipt> last, List<Message.Receipt> open) implements LedgerEvent {}

    /** A member that speaks of receipts is connected. */
    record Up(NodeId peer) implements LedgerEvent {}

    /** No channel to it is left. */
    record Down(NodeId peer) implements LedgerEvent {}

    /** Pieces from {@code giver} are stored, and good. */
    record Stored(NodeId giver, Digest blob, long bytes, long pieces) implements LedgerEvent {}

    /** Symbols are handed to the channel to {@code taker}. */
    record Sent(NodeId taker, long bytes) implements LedgerEvent {}

    /** They did not leave, as far as this end can tell. */
    record Unsent(NodeId taker, long bytes) implements LedgerEvent {}

    /** A taker's entry. */
    record Came(NodeId from, Message.Receipt receipt) implements LedgerEvent {}

    /** A giver's answer. */
    record Answered(NodeId from, Message.Countersigned answer) implements LedgerEvent {}

    /** {@link LedgerAction.Sign} is done. */
    record Signed(Message.Receipt receipt) implements LedgerEvent {}

    /** It could not be done now. */
    record NotSigned(NodeId giver) implements LedgerEvent {}

    /** {@link LedgerAction.Countersign} is done. */
    record Countersigned(Receipt receipt, boolean again) implements LedgerEvent {}

    /**
     * It was not done.
     *
     * @param bad whether the taker's signature is to blame
     */
    record NotCountersigned(NodeId taker, boolean bad) implements LedgerEvent {}

    /** {@link LedgerAction.Settle} is done. */
    record Settled(Receipt receipt) implements LedgerEvent {}

    /** It was not done: the giver's signature is not good, or it could not be done now. */
    record NotSettled(NodeId giver) implements LedgerEvent {}

    /** Time went on; at least once a second while {@link Ledgers#busy}. */
    record Tick() implements LedgerEvent {}
}
