// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.kernel.api.NodeId;

/** The bodies of receipt and countersigned. */
final class ReceiptBodies {
    static final int RECEIPT_FIELDS = 13;
    static final int COUNTERSIGNED_FIELDS = 5;
    private static final int NODE_BYTES = 20;

    private ReceiptBodies() {}

    static void write(Message.Receipt m, CborWriter out) {
        Delivery d = m.delivery();
        out.map(RECEIPT_FIELDS).key(0).bytes(bytes(d.giver())).key(1).bytes(bytes(d.taker()));
        out.key(2).number(d.epoch()).key(3).number(d.number()).key(4).bytes(d.previous());
        out.key(5).number(d.bytes()).key(6).number(d.pieces());
        out.key(7).number(d.addedBytes()).key(8).number(d.addedPieces());
        out.key(9).array(d.blobs().size());
        for (Delivery.BlobBytes blob : d.blobs()) {
            out.array(2).digest(blob.digest()).number(blob.bytes());
        }
        out.key(10).number(d.atMillis());
        out.key(11).bytes(m.certificate()).key(12).bytes(m.signature());
    }

    static Message.Receipt receipt(CborFields f) {
        List<Delivery.BlobBytes> blobs = new ArrayList<>();
        for (Object element : f.list(9, Delivery.MAX_BLOBS)) {
            List<?> blob = f.list(9, element, CborFields.MAX_ELEMENTS);
            blobs.add(
                    new Delivery.BlobBytes(
                            Digests.fromBytes("receipt.9", f.bytes(9, f.element(9, blob, 0), 65)),
                            f.number(9, f.element(9, blob, 1), 1, Pieces.MAX_BLOB_BYTES)));
        }
        Delivery delivery;
        try {
            delivery =
                    new Delivery(
                            node(f, 0),
                            node(f, 1),
                            f.number(2, 1, Long.MAX_VALUE),
                            f.number(3, 1, Long.MAX_VALUE),
                            f.bytes(4, Delivery.HASH_BYTES),
                            f.number(5, 1, Long.MAX_VALUE),
                            f.number(6, 0, Long.MAX_VALUE),
                            f.number(7, 1, Limits.MAX_ENTRY_BYTES),
                            f.number(8, 0, Limits.MAX_ENTRY_BYTES),
                            blobs,
                            f.number(10, 0, Long.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("receipt", "breaks a rule: " + e.getMessage(), e);
        }
        return new Message.Receipt(
                delivery,
                f.bytes(11, Limits.MAX_CERTIFICATE_BYTES),
                f.bytes(12, Limits.MAX_SIGNATURE_BYTES));
    }

    static void write(Message.Countersigned m, CborWriter out) {
        out.map(COUNTERSIGNED_FIELDS).key(0).bytes(m.hash()).key(1).number(code(m.verdict()));
        out.key(2).number(m.epoch());
        out.key(3).bytes(m.certificate()).key(4).bytes(m.signature());
    }

    static Message.Countersigned countersigned(CborFields f) {
        byte[] hash = f.bytes(0, Delivery.HASH_BYTES);
        if (hash.length != Delivery.HASH_BYTES) {
            throw f.bad(0, hash.length + " bytes, not " + Delivery.HASH_BYTES);
        }
        return new Message.Countersigned(
                hash,
                verdict(f.number(1, 0, 255)),
                f.number(2, 0, Long.MAX_VALUE),
                f.bytes(3, Limits.MAX_CERTIFICATE_BYTES),
                f.bytes(4, Limits.MAX_SIGNATURE_BYTES));
    }

    private static byte[] bytes(NodeId node) {
        return HexFormat.of().parseHex(node.hex());
    }

    private static NodeId node(CborFields f, int key) {
        return new NodeId(HexFormat.of().formatHex(f.bytes(key, NODE_BYTES)));
    }

    private static int code(Verdict verdict) {
        return switch (verdict) {
            case SIGNED -> 0;
            case UNKNOWN -> 1;
            case EXCEEDS -> 2;
            case FORKED -> 3;
        };
    }

    private static Verdict verdict(long code) {
        return switch ((int) code) {
            case 0 -> Verdict.SIGNED;
            case 2 -> Verdict.EXCEEDS;
            case 3 -> Verdict.FORKED;
            default -> Verdict.UNKNOWN;
        };
    }
}
