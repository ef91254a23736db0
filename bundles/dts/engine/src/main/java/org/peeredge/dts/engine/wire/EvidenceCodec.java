// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.kernel.api.NodeId;

/** The body of {@link Message.Against}; the table stands in {@code engine.md}. */
final class EvidenceCodec {
    private static final int ACCUSATION = 1;
    private static final int FALSE_MAP = 2;
    private static final int FALSE_CLAIM = 3;

    /** A blob of 2^22 pieces has a tree of 22 levels. */
    private static final int MAX_PATH_BYTES = 22 * PieceMap.LEAF_BYTES;

    private static final long MAX_EPOCH_SECOND = 1L << 40;

    private EvidenceCodec() {}

    static void write(Message.Against m, CborWriter out) {
        Optional<Evidence.Witness> witness = witness(m.evidence());
        out.map(witness.isPresent() ? 5 : 4).key(0).digest(m.digest());
        out.key(1).bytes(HexFormat.of().parseHex(m.accused().hex())).key(2);
        switch (m.evidence()) {
            case Evidence.Accusation e -> {
                out.number(ACCUSATION).key(3).array(4).number(e.piece()).number(e.epochSecond());
                out.bytes(e.certificate()).bytes(e.signature());
            }
            case Evidence.FalseMap e -> {
                out.number(FALSE_MAP).key(3).array(4).number(e.sizeBytes()).bytes(e.root());
                out.bytes(e.signature().certificate());
                out.bytes(e.signature().signature());
            }
            case Evidence.FalseClaim e -> {
                Claim c = e.claim();
                out.number(FALSE_CLAIM).key(3).array(7).number(e.sizeBytes());
                out.text(c.upstream().registry()).text(c.upstream().repository());
                out.array(c.pieces().size());
                c.pieces().forEach(out::number);
                out.bytes(c.hashes());
                out.bytes(c.certificate()).bytes(c.signature());
            }
        }
        witness.ifPresent(w -> {
            out.key(4).array(6).number(w.sizeBytes()).bytes(w.root());
            out.array(w.signatures().size());
            for (MapSignature s : w.signatures()) {
                out.array(2).bytes(s.certificate()).bytes(s.signature());
            }
            out.number(w.piece()).bytes(w.hash()).bytes(w.path());
        });
    }

    private static Optional<Evidence.Witness> witness(Evidence evidence) {
        return switch (evidence) {
            case Evidence.Accusation _ -> Optional.empty();
            case Evidence.FalseMap e -> e.witness();
            case Evidence.FalseClaim e -> e.witness();
        };
    }

    /** Null for a kind of a later version. */
    static @Nullable Message read(CborFields f) {
        long kind = f.number(2, 0, Integer.MAX_VALUE);
        NodeId accused = new NodeId(HexFormat.of().formatHex(exactly(f, 1, f.bytes(1, 20), 20)));
        List<?> l = f.list(3, CborFields.MAX_ELEMENTS);
        @Nullable Evidence evidence =
                switch ((int) kind) {
                    case ACCUSATION ->
                            new Evidence.Accusation(
                                    (int)
                                            f.number(
                                                    3,
                                                    f.element(3, l, 0),
                                                    0,
                                                    MessageReader.MAX_PIECE),
                                    f.number(3, f.element(3, l, 1), 0, MAX_EPOCH_SECOND),
                                    certificate(f, 3, l, 2),
                                    signature(f, 3, l, 3));
                    case FALSE_MAP ->
                            new Evidence.FalseMap(
                                    f.number(3, f.element(3, l, 0), 0, Pieces.MAX_BLOB_BYTES),
                                    hash(f, 3, l, 1),
                                    new MapSignature(
                                            certificate(f, 3, l, 2), signature(f, 3, l, 3)),
                                    witness(f));
                    case FALSE_CLAIM ->
                            new Evidence.FalseClaim(
                                    f.number(3, f.element(3, l, 0), 0, Pieces.MAX_BLOB_BYTES),
                                    ClaimsBody.claim(f, 3, l, 1, certificate(f, 3, l, 5)),
                                    witness(f));
                    default -> null;
                };
        return evidence == null ? null : new Message.Against(f.digest(0), accused, evidence);
    }

    private static Optional<Evidence.Witness> witness(CborFields f) {
        return f.optionalList(4, CborFields.MAX_ELEMENTS).map(l -> witness(f, l));
    }

    private static Evidence.Witness witness(CborFields f, List<?> l) {
        List<MapSignature> signatures = new ArrayList<>();
        for (Object element : f.list(4, f.element(4, l, 2), SignedMap.MAX_SIGNATURES)) {
            List<?> pair = f.list(4, element, CborFields.MAX_ELEMENTS);
            signatures.add(new MapSignature(certificate(f, 4, pair, 0), signature(f, 4, pair, 1)));
        }
        byte[] path = f.bytes(4, f.element(4, l, 5), MAX_PATH_BYTES);
        if (path.length % PieceMap.LEAF_BYTES != 0) {
            throw f.bad(4, "a path of " + path.length + " bytes");
        }
        return new Evidence.Witness(
                f.number(4, f.element(4, l, 0), 0, Pieces.MAX_BLOB_BYTES),
                hash(f, 4, l, 1),
                signatures,
                (int) f.number(4, f.element(4, l, 3), 0, MessageReader.MAX_PIECE),
                hash(f, 4, l, 4),
                path);
    }

    private static byte[] certificate(CborFields f, int key, List<?> l, int i) {
        return f.bytes(key, f.element(key, l, i), Limits.MAX_CERTIFICATE_BYTES);
    }

    private static byte[] signature(CborFields f, int key, List<?> l, int i) {
        return f.bytes(key, f.element(key, l, i), Limits.MAX_SIGNATURE_BYTES);
    }

    private static byte[] hash(CborFields f, int key, List<?> l, int i) {
        byte[] hash = f.bytes(key, f.element(key, l, i), PieceMap.LEAF_BYTES);
        return exactly(f, key, hash, PieceMap.LEAF_BYTES);
    }

    private static byte[] exactly(CborFields f, int key, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw f.bad(key, bytes.length + " bytes instead of " + length);
        }
        return bytes;
    }
}
