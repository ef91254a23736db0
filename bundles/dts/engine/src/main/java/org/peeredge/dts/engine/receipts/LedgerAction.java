// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** All that {@link Ledgers} can ask for. What is durable is so before the event that answers. */
public sealed interface LedgerAction {
    /** Sends a message; dropped when the member is gone. */
    record Send(NodeId to, Message message) implements LedgerAction {}

    /**
     * Signs an entry as taker and makes it durable: {@code Signed} or {@code NotSigned}. It must be
     * durable before it is sent, or a crash would lead to two entries of one number.
     */
    record Sign(Delivery delivery) implements LedgerAction {}

    /**
     * Checks the taker's signature, signs as giver, makes the receipt durable: {@code
     * Countersigned} or {@code NotCountersigned}.
     *
     * @param again whether it was countersigned before: the certificate may have ended since
     */
    record Countersign(NodeId taker, Message.Receipt receipt, boolean again)
            implements LedgerAction {}

    /**
     * Checks the giver's signature and makes the receipt durable: {@code Settled} or {@code
     * NotSettled}.
     */
    record Settle(NodeId giver, Message.Receipt receipt, Message.Countersigned answer)
            implements LedgerAction {}

    /** Keeps both where the taker has signed another entry of this number; nothing answers. */
    record Suspect(Message.Receipt receipt) implements LedgerAction {}

    /** Whether this member has signed for too little of what it got: it is served last. */
    record Owes(NodeId taker, boolean owes) implements LedgerAction {}

    /** A member broke the rules of receipts; counted. */
    record Broke(NodeId peer) implements LedgerAction {}
}
