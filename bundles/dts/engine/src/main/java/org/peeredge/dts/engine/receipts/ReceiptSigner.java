// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.security.cert.CertificateEncodingException;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/** Signs and checks entries. For workers: it costs CPU time. */
final class ReceiptSigner {
    private final Identity identity;

    ReceiptSigner(Identity identity) {
        this.identity = identity;
    }

    Message.Receipt sign(Delivery delivery) {
        return new Message.Receipt(delivery, certificate(), identity.sign(delivery.statement()));
    }

    /** Whether its taker has signed it. */
    boolean good(Message.Receipt receipt) {
        Delivery d = receipt.delivery();
        return signed(d.taker(), receipt.certificate(), d.statement(), receipt.signature());
    }

    Receipt countersign(Message.Receipt receipt) {
        return new Receipt(
                receipt.delivery(),
                receipt.certificate(),
                receipt.signature(),
                certificate(),
                identity.sign(receipt.delivery().counterStatement()));
    }

    /** Whether the giver has countersigned it. */
    boolean good(Delivery d, Message.Countersigned answer) {
        return signed(d.giver(), answer.certificate(), d.counterStatement(), answer.signature());
    }

    private boolean signed(NodeId by, byte[] certificate, byte[] statement, byte[] signature) {
        try {
            Membership member = identity.check(certificate);
            return member.node().equals(by) && identity.verify(member, statement, signature);
        } catch (NeverException e) {
            return false; // expired, revoked or foreign
        }
    }

    private byte[] certificate() {
        try {
            return identity.chain().getFirst().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }
}
