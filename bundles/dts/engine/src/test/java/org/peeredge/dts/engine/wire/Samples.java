// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.kernel.api.NodeId;

/** One or more of each message, at ordinary and at extreme values. */
final class Samples {
    static final Digest DIGEST = new Digest("sha256", "0123456789abcdef".repeat(4));
    static final Digest LONG_DIGEST = new Digest("sha512", "fedcba9876543210".repeat(8));
    static final CodecId NONE = new CodecId("none", 4, 0, 262_144);

    static final NodeId NODE = new NodeId("ab".repeat(20));

    private Samples() {}

    static List<Message> messages() {
        BitSet pieces = new BitSet();
        pieces.set(3);
        pieces.set(1000);
        byte[] leaves = new byte[96];
        Arrays.fill(leaves, (byte) 7);
        SignedMap map =
                new SignedMap(
                        new PieceMap(DIGEST, 180_000, leaves),
                        List.of(
                                new MapSignature(new byte[600], new byte[72]),
                                new MapSignature(new byte[840], new byte[70])));
        return List.of(
                new Message.Hello(
                        1, -1L, List.of("tcp://[::1]:7440", "tcp://a:1"), 12, new byte[840]),
                new Message.Hello(1, 0, List.of(), 0, new byte[0]),
                new Message.WhoHas(DIGEST, -1, Optional.empty(), false),
                new Message.WhoHas(
                        LONG_DIGEST,
                        1L << 40,
                        Optional.of(new UpstreamRef("docker.io", "library/busybox")),
                        true),
                new Message.Has(DIGEST, Holding.PARTIAL, -1, pieces, true),
                new Message.Has(DIGEST, Holding.COMPLETE, 5, new BitSet(), false),
                new Message.Have(DIGEST, List.of(0, 5, 4_194_303)),
                new Message.Take(DIGEST, List.of(7, 4_194_303)),
                new Message.Offer(LONG_DIGEST, 4_194_303),
                new Message.Declined(DIGEST, 0, true),
                new Message.Room(DIGEST),
                new Message.Claims(
                        DIGEST,
                        1L << 40,
                        List.of(
                                new Claim(
                                        new UpstreamRef("docker.io", "library/busybox"),
                                        List.of(0, 4_194_303),
                                        new byte[64],
                                        new byte[840],
                                        new byte[72]))),
                new Message.Receipt(
                        delivery(1, 262_144, List.of(new Delivery.BlobBytes(DIGEST, 262_144))),
                        new byte[840],
                        new byte[72]),
                new Message.Receipt(
                        delivery(Long.MAX_VALUE, Long.MAX_VALUE, manyBlobs()),
                        new byte[600],
                        new byte[70]),
                new Message.Countersigned(
                        new byte[32], Verdict.SIGNED, 7, new byte[840], new byte[72]),
                new Message.Countersigned(
                        new byte[32], Verdict.EXCEEDS, Long.MAX_VALUE, new byte[0], new byte[0]),
                new Message.Against(
                        DIGEST,
                        new NodeId("cd".repeat(20)),
                        new Evidence.Accusation(
                                4_194_303, 1_800_000_000, new byte[840], new byte[72])),
                new Message.Against(
                        LONG_DIGEST,
                        new NodeId("00".repeat(20)),
                        new Evidence.FalseMap(
                                1L << 40,
                                new byte[32],
                                new MapSignature(new byte[600], new byte[70]),
                                Optional.empty())),
                new Message.Against(
                        DIGEST,
                        new NodeId("ef".repeat(20)),
                        new Evidence.FalseMap(
                                5,
                                new byte[32],
                                new MapSignature(new byte[1], new byte[1]),
                                Optional.of(witness(0, 0)))),
                new Message.Against(
                        DIGEST,
                        new NodeId("12".repeat(20)),
                        new Evidence.FalseClaim(
                                1L << 40,
                                new Claim(
                                        new UpstreamRef("docker.io", "library/busybox"),
                                        List.of(0, 4_194_303),
                                        new byte[64],
                                        new byte[840],
                                        new byte[72]),
                                Optional.of(witness(4_194_303, 22 * 32)))),
                new Message.GetMap(LONG_DIGEST),
                new Message.MapOf(map),
                new Message.GetSymbols(DIGEST, 1_048_575, NONE, 3, 64, new byte[1024]),
                new Message.GetSymbols(DIGEST, 0, new CodecId("rs", 16, -1, 1), 0, 1, new byte[0]),
                new Message.GetSymbols(DIGEST, 7, NONE, 1, 2, new byte[3], true, false),
                new Message.GetSymbols(DIGEST, 7, NONE, 0, 1, new byte[0], false, true),
                new Message.GetSymbols(DIGEST, 7, NONE, 0, 1, new byte[0], true, true),
                new Message.Cancel(DIGEST, 2, 1),
                new Message.Refused(DIGEST, 2, 1, Refusal.BUSY),
                new Message.Peers(
                        List.of(
                                new Message.PeerHint(
                                        new NodeId("ab".repeat(20)), List.of("tcp://h:7440")),
                                new Message.PeerHint(new NodeId("00".repeat(20)), List.of()))),
                new Message.Revocations(new byte[5000]),
                new Message.Ask(Long.MAX_VALUE, "routing.use", new byte[] {1, 2, 3}),
                new Message.Answer(Long.MIN_VALUE, false, "no".getBytes(StandardCharsets.UTF_8)),
                new Message.Ping(-5),
                new Message.Pong(Long.MAX_VALUE),
                new Message.Available(
                        NODE, 0, Long.MAX_VALUE, 0, new long[512], new long[0], new byte[0]),
                new Message.Available(
                        NODE, 7, 3, 2, new long[] {-1, 5}, new long[512], new byte[1 << 16]),
                new Message.Find(Long.MIN_VALUE, 2, -1, Optional.empty(), 0),
                new Message.Find(4, 0, 0, Optional.of(NODE), Long.MAX_VALUE),
                new Message.Found(
                        1,
                        List.of(new Message.PeerHint(NODE, List.of("tcp://h:7440"))),
                        List.of(new Message.PeerHint(NODE, List.of()))),
                new Message.Found(1, List.of(), List.of()),
                new Message.Lease(NODE, 1, 2, 3, 86_400_000, 40, List.of("tcp://h:7440"), 4),
                new Message.Lease(NODE, Long.MAX_VALUE, 0, 0, 0, 0, List.of(), 0));
    }

    private static Delivery delivery(long number, long total, List<Delivery.BlobBytes> blobs) {
        byte[] previous = new byte[32];
        previous[31] = (byte) number;
        return new Delivery(
                new NodeId("ab".repeat(20)),
                new NodeId("cd".repeat(20)),
                number,
                number,
                previous,
                total,
                total,
                262_144,
                1,
                blobs,
                1_700_000_000_000L);
    }

    private static List<Delivery.BlobBytes> manyBlobs() {
        return IntStream.range(0, Delivery.MAX_BLOBS)
                .mapToObj(i ->
                        new Delivery.BlobBytes(
                                new Digest("sha512", String.format(Locale.ROOT, "%0128x", i)),
                                1 + i))
                .toList();
    }

    private static Evidence.Witness witness(int piece, int pathBytes) {
        List<MapSignature> four =
                java.util.Collections.nCopies(4, new MapSignature(new byte[700], new byte[71]));
        byte[] hash = new byte[32];
        Arrays.fill(hash, (byte) 9);
        return new Evidence.Witness(1L << 40, hash, four, piece, new byte[32], new byte[pathBytes]);
    }

    private static String text(Evidence evidence) {
        return switch (evidence) {
            case Evidence.Accusation e ->
                    e.piece() + " " + e.epochSecond() + hex(e.certificate()) + hex(e.signature());
            case Evidence.FalseMap e ->
                    e.sizeBytes()
                            + hex(e.root())
                            + hex(e.certificate())
                            + hex(e.signature().signature())
                            + e.witness().map(Samples::text);
            case Evidence.FalseClaim e ->
                    e.sizeBytes()
                            + ""
                            + e.claim().upstream()
                            + e.claim().pieces()
                            + hex(e.claim().hashes())
                            + hex(e.certificate())
                            + hex(e.claim().signature())
                            + e.witness().map(Samples::text);
        };
    }

    private static String text(Evidence.Witness w) {
        return w.sizeBytes()
                + hex(w.root())
                + w.signatures().stream()
                        .map(s -> hex(s.certificate()) + "/" + hex(s.signature()))
                        .toList()
                + w.piece()
                + hex(w.hash())
                + hex(w.path());
    }

    /** Records with arrays have no useful equals: compare what they print, arrays written out. */
    static String text(Message message) {
        return switch (message) {
            case Message.Hello m ->
                    ""
                            + m.version()
                            + m.features()
                            + m.addresses()
                            + m.revocationNumber()
                            + hex(m.certificate());
            case Message.MapOf m ->
                    m.map().map()
                            + HexFormat.of().formatHex(m.map().map().leaves())
                            + m.map().signatures().stream()
                                    .map(s -> hex(s.certificate()) + "/" + hex(s.signature()))
                                    .toList();
            case Message.Claims m ->
                    m.digest()
                            + " "
                            + m.sizeBytes()
                            + m.claims().stream()
                                    .map(c ->
                                            c.upstream()
                                                    + c.pieces().toString()
                                                    + hex(c.hashes())
                                                    + hex(c.certificate())
                                                    + hex(c.signature()))
                                    .toList();
            case Message.Receipt m ->
                    hex(m.delivery().statement()) + hex(m.certificate()) + hex(m.signature());
            case Message.Countersigned m ->
                    hex(m.hash())
                            + m.verdict()
                            + m.epoch()
                            + hex(m.certificate())
                            + hex(m.signature());
            case Message.GetSymbols m ->
                    ""
                            + m.digest()
                            + m.group()
                            + m.codec()
                            + m.first()
                            + "+"
                            + m.count()
                            + hex(m.authorisation())
                            + m.background()
                            + m.checked();
            case Message.Against m -> m.digest() + " " + m.accused() + text(m.evidence());
            case Message.Revocations m -> hex(m.list());
            case Message.Ask m -> m.id() + m.topic() + hex(m.payload());
            case Message.Answer m -> m.id() + " " + m.ok() + hex(m.payload());
            case Message.Available m ->
                    ""
                            + m.about()
                            + m.epoch()
                            + "/"
                            + m.version()
                            + "/"
                            + m.since()
                            + Arrays.toString(m.added())
                            + Arrays.toString(m.removed())
                            + hex(m.filter());
            default -> message.toString();
        };
    }

    static byte[] bytes(ByteBuffer frame) {
        byte[] out = new byte[frame.remaining()];
        frame.duplicate().get(out);
        return out;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
