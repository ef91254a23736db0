// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.util.HexFormat;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.codec.CodecId;

/** The body of each message; keys and order are the byte tables of {@code engine.md}. */
final class MessageWriter {
    private MessageWriter() {}

    static int type(Message message) {
        return switch (message) {
            case Message.Hello _ -> Types.HELLO;
            case Message.WhoHas _ -> Types.WHO_HAS;
            case Message.Has _ -> Types.HAS;
            case Message.Have _ -> Types.HAVE;
            case Message.Take _ -> Types.TAKE;
            case Message.Offer _ -> Types.OFFER;
            case Message.Declined _ -> Types.DECLINED;
            case Message.Room _ -> Types.ROOM;
            case Message.Claims _ -> Types.CLAIMS;
            case Message.Receipt _ -> Types.RECEIPT;
            case Message.Countersigned _ -> Types.COUNTERSIGNED;
            case Message.Against _ -> Types.EVIDENCE;
            case Message.GetMap _ -> Types.GET_MAP;
            case Message.MapOf _ -> Types.MAP_OF;
            case Message.GetSymbols _ -> Types.GET_SYMBOLS;
            case Message.Cancel _ -> Types.CANCEL;
            case Message.Refused _ -> Types.REFUSED;
            case Message.Peers _ -> Types.PEERS;
            case Message.Revocations _ -> Types.REVOCATIONS;
            case Message.Ask _ -> Types.ASK;
            case Message.Answer _ -> Types.ANSWER;
            case Message.Ping _ -> Types.PING;
            case Message.Pong _ -> Types.PONG;
            case Message.Finding m -> FindingCodec.type(m);
        };
    }

    /**
     * Writes the map.
     *
     * @param shown the certificate in this node's hello, or empty
     */
    static void write(Message message, byte[] shown, CborWriter out) {
        switch (message) {
            case Message.Hello m ->
                    out.map(5)
                            .key(0)
                            .number(m.version())
                            .key(1)
                            .number(m.features())
                            .key(2)
                            .texts(m.addresses())
                            .key(3)
                            .number(m.revocationNumber())
                            .key(4)
                            .bytes(m.certificate());
            case Message.WhoHas m -> whoHas(m, out);
            case Message.Has m ->
                    out.map(5)
                            .key(0)
                            .digest(m.digest())
                            .key(1)
                            .number(Codes.of(m.holding()))
                            .key(2)
                            .number(m.sizeBytes())
                            .key(3)
                            .bytes(m.pieces().toByteArray())
                            .key(4)
                            .bool(m.wants());
            case Message.Have m -> pieces(m.digest(), m.pieces(), out);
            case Message.Take m -> pieces(m.digest(), m.pieces(), out);
            case Message.Offer m -> out.map(2).key(0).digest(m.digest()).key(1).number(m.piece());
            case Message.Declined m ->
                    out.map(3)
                            .key(0)
                            .digest(m.digest())
                            .key(1)
                            .number(m.piece())
                            .key(2)
                            .bool(m.later());
            case Message.Room m -> out.map(1).key(0).digest(m.digest());
            case Message.Claims m -> ClaimsBody.write(m, shown, out);
            case Message.Receipt m -> ReceiptBodies.write(m, out);
            case Message.Countersigned m -> ReceiptBodies.write(m, out);
            case Message.Against m -> EvidenceCodec.write(m, out);
            case Message.GetMap m -> out.map(1).key(0).digest(m.digest());
            case Message.MapOf m -> mapOf(m, out);
            case Message.GetSymbols m -> {
                out.map(m.wishes() == 0 ? 6 : 7).key(0).digest(m.digest());
                out.key(1).number(m.group()).key(2);
                codec(m.codec(), out);
                out.key(3)
                        .number(m.first())
                        .key(4)
                        .number(m.count())
                        .key(5)
                        .bytes(m.authorisation());
                if (m.wishes() != 0) {
                    out.key(6).number(m.wishes());
                }
            }
            case Message.Cancel m ->
                    out.map(3)
                            .key(0)
                            .digest(m.digest())
                            .key(1)
                            .number(m.group())
                            .key(2)
                            .number(m.first());
            case Message.Refused m ->
                    out.map(4)
                            .key(0)
                            .digest(m.digest())
                            .key(1)
                            .number(m.group())
                            .key(2)
                            .number(m.first())
                            .key(3)
                            .number(Codes.of(m.reason()));
            case Message.Peers m -> peers(m.peers(), out);
            case Message.Revocations m -> out.map(1).key(0).bytes(m.list());
            case Message.Ask m ->
                    out.map(3)
                            .key(0)
                            .number(m.id())
                            .key(1)
                            .text(m.topic())
                            .key(2)
                            .bytes(m.payload());
            case Message.Answer m ->
                    out.map(3).key(0).number(m.id()).key(1).bool(m.ok()).key(2).bytes(m.payload());
            case Message.Ping m -> out.map(1).key(0).number(m.token());
            case Message.Pong m -> out.map(1).key(0).number(m.token());
            case Message.Finding m -> FindingCodec.write(m, out);
        }
    }

    private static void whoHas(Message.WhoHas m, CborWriter out) {
        out.map(m.upstream().isPresent() ? 4 : 3);
        out.key(0).digest(m.digest()).key(1).number(m.sizeBytes()).key(2).bool(m.wants());
        m.upstream().ifPresent(u -> out.key(3).array(2).text(u.registry()).text(u.repository()));
    }

    private static void pieces(Digest digest, List<Integer> pieces, CborWriter out) {
        out.map(2).key(0).digest(digest).key(1).array(pieces.size());
        pieces.forEach(out::number);
    }

    private static void mapOf(Message.MapOf m, CborWriter out) {
        List<MapSignature> signatures = m.map().signatures();
        out.map(4)
                .key(0)
                .digest(m.map().map().digest())
                .key(1)
                .number(m.map().map().sizeBytes())
                .key(2)
                .bytes(m.map().map().leaves())
                .key(3)
                .array(signatures.size());
        for (MapSignature s : signatures) {
            out.array(2).bytes(s.certificate()).bytes(s.signature());
        }
    }

    private static void codec(CodecId codec, CborWriter out) {
        out.array(4)
                .text(codec.type())
                .number(codec.sourceSymbols())
                .number(codec.repairSymbols())
                .number(codec.symbolBytes());
    }

    private static void peers(List<Message.PeerHint> peers, CborWriter out) {
        hints(peers, out.map(1).key(0));
    }

    static void hints(List<Message.PeerHint> peers, CborWriter out) {
        out.array(peers.size());
        for (Message.PeerHint peer : peers) {
            out.array(2).bytes(HexFormat.of().parseHex(peer.node().hex()));
            out.texts(peer.addresses());
        }
    }
}
