// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.kernel.api.NodeId;

/** Reads the body of each message; every byte comes from outside and is checked here. */
final class MessageReader {
    private static final int MAX_BITS_BYTES = Pieces.count(Pieces.MAX_BLOB_BYTES) / 8;
    static final int MAX_PIECE = Pieces.count(Pieces.MAX_BLOB_BYTES) - 1;

    private MessageReader() {}

    /**
     * Empty for a type that this version does not know.
     *
     * @param shown the certificate in the sender's hello, or empty
     */
    static Optional<Message> read(int type, ByteBuffer in, byte[] shown) {
        @Nullable Message message =
                switch (type) {
                    case Types.HELLO -> hello(CborFields.read("hello", 5, in));
                    case Types.WHO_HAS -> whoHas(CborFields.read("who-has", 4, in));
                    case Types.HAS -> has(CborFields.read("has", 5, in));
                    case Types.HAVE -> {
                        CborFields f = CborFields.read("have", 2, in);
                        yield new Message.Have(f.digest(0), pieces(f));
                    }
                    case Types.TAKE -> {
                        CborFields f = CborFields.read("take", 2, in);
                        yield new Message.Take(f.digest(0), pieces(f));
                    }
                    case Types.OFFER -> {
                        CborFields f = CborFields.read("offer", 2, in);
                        yield new Message.Offer(f.digest(0), f.integer(1, 0, MAX_PIECE));
                    }
                    case Types.DECLINED -> {
                        CborFields f = CborFields.read("declined", 3, in);
                        yield new Message.Declined(
                                f.digest(0), f.integer(1, 0, MAX_PIECE), f.bool(2));
                    }
                    case Types.ROOM -> new Message.Room(CborFields.read("room", 1, in).digest(0));
                    case Types.CLAIMS -> ClaimsBody.read(CborFields.read("claims", 4, in), shown);
                    case Types.RECEIPT ->
                            ReceiptBodies.receipt(
                                    CborFields.read("receipt", ReceiptBodies.RECEIPT_FIELDS, in));
                    case Types.COUNTERSIGNED ->
                            ReceiptBodies.countersigned(
                                    CborFields.read(
                                            "countersigned",
                                            ReceiptBodies.COUNTERSIGNED_FIELDS,
                                            in));
                    case Types.EVIDENCE -> EvidenceCodec.read(CborFields.read("evidence", 5, in));
                    case Types.GET_MAP ->
                            new Message.GetMap(CborFields.read("get-map", 1, in).digest(0));
                    case Types.MAP_OF -> mapOf(CborFields.read("map-of", 4, in));
                    case Types.GET_SYMBOLS -> getSymbols(CborFields.read("get-symbols", 7, in));
                    case Types.CANCEL -> cancel(CborFields.read("cancel", 3, in));
                    case Types.REFUSED -> refused(CborFields.read("refused", 4, in));
                    case Types.PEERS -> peers(CborFields.read("peers", 1, in));
                    case Types.REVOCATIONS ->
                            new Message.Revocations(
                                    CborFields.read("revocations", 1, in)
                                            .bytes(0, Limits.MAX_REVOCATIONS_BYTES));
                    case Types.ASK -> ask(CborFields.read("ask", 3, in));
                    case Types.ANSWER -> answer(CborFields.read("answer", 3, in));
                    case Types.PING -> new Message.Ping(token(CborFields.read("ping", 1, in)));
                    case Types.PONG -> new Message.Pong(token(CborFields.read("pong", 1, in)));
                    case Types.AVAILABLE, Types.FIND, Types.FOUND, Types.LEASE ->
                            FindingCodec.read(type, in);
                    default -> null;
                };
        return Optional.ofNullable(message);
    }

    private static Message hello(CborFields f) {
        return new Message.Hello(
                f.integer(0, 1, Integer.MAX_VALUE),
                f.number(1, Long.MIN_VALUE, Long.MAX_VALUE),
                f.texts(2, Limits.MAX_ADDRESSES, Limits.MAX_ADDRESS_CHARS),
                f.number(3, 0, Long.MAX_VALUE),
                f.has(4) ? f.bytes(4, Limits.MAX_CERTIFICATE_BYTES) : new byte[0]);
    }

    private static Message whoHas(CborFields f) {
        Optional<UpstreamRef> upstream =
                f.optionalList(3, CborFields.MAX_ELEMENTS)
                        .map(l ->
                                new UpstreamRef(
                                        f.text(3, f.element(3, l, 0), 255),
                                        f.text(3, f.element(3, l, 1), 255)));
        return new Message.WhoHas(f.digest(0), size(f, 1), upstream, f.bool(2));
    }

    private static Message has(CborFields f) {
        long sizeBytes = size(f, 2);
        BitSet pieces = BitSet.valueOf(f.bytes(3, MAX_BITS_BYTES));
        if (sizeBytes >= 0 && pieces.length() > Pieces.count(sizeBytes)) {
            throw f.bad(3, "piece " + (pieces.length() - 1) + " of " + Pieces.count(sizeBytes));
        }
        Holding holding = Codes.holding(f.number(1, 0, 255));
        if (holding != Holding.PARTIAL) {
            pieces.clear();
        }
        return new Message.Has(f.digest(0), holding, sizeBytes, pieces, f.bool(4));
    }

    private static List<Integer> pieces(CborFields f) {
        List<Integer> pieces = new ArrayList<>();
        for (Object piece : f.list(1, Limits.MAX_HAVE_PIECES)) {
            pieces.add((int) f.number(1, piece, 0, MAX_PIECE));
        }
        return List.copyOf(pieces);
    }

    private static Message mapOf(CborFields f) {
        List<MapSignature> signatures = new ArrayList<>();
        for (Object element : f.list(3, SignedMap.MAX_SIGNATURES)) {
            List<?> pair = f.list(3, element, CborFields.MAX_ELEMENTS);
            signatures.add(
                    new MapSignature(
                            f.bytes(3, f.element(3, pair, 0), Limits.MAX_CERTIFICATE_BYTES),
                            f.bytes(3, f.element(3, pair, 1), Limits.MAX_SIGNATURE_BYTES)));
        }
        long sizeBytes = f.number(1, 0, Pieces.MAX_BLOB_BYTES);
        byte[] leaves = f.bytes(2, Limits.MAX_LEAVES_BYTES);
        PieceMap map = checked(f, 2, () -> new PieceMap(f.digest(0), sizeBytes, leaves));
        return new Message.MapOf(new SignedMap(map, signatures));
    }

    private static Message getSymbols(CborFields f) {
        List<?> codec = f.list(2, CborFields.MAX_ELEMENTS);
        CodecId id =
                checked(
                        f,
                        2,
                        () ->
                                Limits.transferable(
                                        new CodecId(
                                                f.text(2, f.element(2, codec, 0), 16),
                                                (int)
                                                        f.number(
                                                                2,
                                                                f.element(2, codec, 1),
                                                                1,
                                                                1 << 20),
                                                (int)
                                                        f.number(
                                                                2,
                                                                f.element(2, codec, 2),
                                                                -1,
                                                                1 << 20),
                                                (int)
                                                        f.number(
                                                                2,
                                                                f.element(2, codec, 3),
                                                                1,
                                                                1 << 20))));
        return Message.GetSymbols.of(
                f.digest(0),
                group(f),
                id,
                f.integer(3, 0, Limits.MAX_SYMBOL_NUMBER),
                f.integer(4, 1, Limits.MAX_SYMBOLS),
                f.bytes(5, Limits.MAX_PROOF_BYTES),
                f.has(6) ? f.integer(6, 0, Integer.MAX_VALUE) : 0);
    }

    private static Message cancel(CborFields f) {
        return new Message.Cancel(f.digest(0), group(f), f.integer(2, 0, Limits.MAX_SYMBOL_NUMBER));
    }

    private static Message refused(CborFields f) {
        return new Message.Refused(
                f.digest(0),
                group(f),
                f.integer(2, 0, Limits.MAX_SYMBOL_NUMBER),
                Codes.refusal(f.number(3, 0, 255)));
    }

    private static Message peers(CborFields f) {
        return new Message.Peers(hints(f, 0, Limits.MAX_PEERS));
    }

    static List<Message.PeerHint> hints(CborFields f, int key, int max) {
        List<Message.PeerHint> peers = new ArrayList<>();
        for (Object element : f.list(key, max)) {
            List<?> hint = f.list(key, element, CborFields.MAX_ELEMENTS);
            byte[] node = f.bytes(key, f.element(key, hint, 0), 20);
            peers.add(
                    new Message.PeerHint(
                            checked(f, key, () -> new NodeId(HexFormat.of().formatHex(node))),
                            f.texts(
                                    key,
                                    f.element(key, hint, 1),
                                    Limits.MAX_ADDRESSES,
                                    Limits.MAX_ADDRESS_CHARS)));
        }
        return List.copyOf(peers);
    }

    private static Message ask(CborFields f) {
        return new Message.Ask(
                token(f), f.text(1, Limits.MAX_TOPIC_CHARS), f.bytes(2, Limits.MAX_PAYLOAD_BYTES));
    }

    private static Message answer(CborFields f) {
        return new Message.Answer(token(f), f.bool(1), f.bytes(2, Limits.MAX_PAYLOAD_BYTES));
    }

    private static long token(CborFields f) {
        return f.number(0, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static int group(CborFields f) {
        return f.integer(1, 0, Limits.MAX_GROUPS - 1);
    }

    private static long size(CborFields f, int key) {
        return f.number(key, -1, Pieces.MAX_BLOB_BYTES);
    }

    static <T> T checked(CborFields f, int key, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw f.bad(key, "breaks a rule: " + e.getMessage());
        }
    }
}
