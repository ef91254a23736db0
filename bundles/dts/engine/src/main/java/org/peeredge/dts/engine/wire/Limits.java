// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.kernel.api.mesh.Mesh;

/** The bounds of the protocol. A frame beyond one of them is malformed; none is sent. */
public final class Limits {
    /** The version that this engine speaks. */
    public static final int VERSION = 1;

    /** Bytes before the body of every frame: version, type, flags. */
    public static final int PREFIX_BYTES = 4;

    /** The largest control frame; the tcp channel's default frame holds it. */
    public static final int MAX_CONTROL_FRAME_BYTES = (1 << 20) + 4096;

    /** Addresses of one member. */
    public static final int MAX_ADDRESSES = 16;

    /** Characters of one address. */
    public static final int MAX_ADDRESS_CHARS = 288;

    /** Members in one {@link Message.Peers}. */
    public static final int MAX_PEERS = 64;

    /** Pieces in one {@link Message.Have}. */
    public static final int MAX_HAVE_PIECES = 1024;

    /** Pieces in one {@link Claim}. */
    public static final int MAX_CLAIM_PIECES = 64;

    /** Claims in one message. */
    public static final int MAX_CLAIMS = 64;

    /** Symbols in one request or frame. */
    public static final int MAX_SYMBOLS = 64;

    /** The largest symbol number that a request may name. */
    public static final int MAX_SYMBOL_NUMBER = 1 << 24;

    /** Groups in the largest blob. */
    public static final int MAX_GROUPS = Pieces.count(Pieces.MAX_BLOB_BYTES) / Pieces.GROUP_PIECES;

    /** Bytes of a proof of authorisation, and of a receipt. */
    public static final int MAX_PROOF_BYTES = 1024;

    /** Bytes of the leaves in one {@link Message.MapOf}: enough for a blob of 8 GiB. */
    public static final int MAX_LEAVES_BYTES = 1 << 20;

    /** Bytes of a certificate in a map's signature. */
    public static final int MAX_CERTIFICATE_BYTES = 840;

    /** Bytes of an ECDSA P-256 signature in DER; 72 is the longest. */
    public static final int MAX_SIGNATURE_BYTES = 80;

    /** Bytes that one {@link Message.Receipt} may add: more than a pair moves between two. */
    public static final long MAX_ENTRY_BYTES = 1L << 40;

    /** Bytes of a revocation list. */
    public static final int MAX_REVOCATIONS_BYTES = 1 << 20;

    /** Characters of a topic. */
    public static final int MAX_TOPIC_CHARS = 64;

    /** Bytes of a question or an answer. */
    public static final int MAX_PAYLOAD_BYTES = Mesh.MAX_PAYLOAD_BYTES;

    /** Keys of blobs added, and removed, in one {@link Message.Available}. */
    public static final int MAX_KEYS = 512;

    /** Bytes of the filter in {@link Message.Available}; a power of two. */
    public static final int MAX_FILTER_BYTES = 1 << 16;

    /** Members, and trackers, in one {@link Message.Found}. */
    public static final int MAX_FOUND = 8;

    /** How often a {@link Message.Find} may be passed on. */
    public static final int MAX_HOPS = 2;

    /** The most bits of a hash by which trackers are parted in {@link Message.Lease}. */
    public static final int MAX_SLICE_BITS = 4;

    /** The longest lease: a day. */
    public static final int MAX_LEASE_MILLIS = 86_400_000;

    private Limits() {}

    /**
     * A code that a transfer may use.
     *
     * @throws IllegalArgumentException when its groups are larger than transfers allow
     */
    static CodecId transferable(CodecId codec) {
        long bytes = (long) codec.sourceSymbols() * codec.symbolBytes();
        if (bytes > CodecId.MAX_GROUP_BYTES) {
            throw new IllegalArgumentException(
                    "group of " + bytes + " bytes, at most " + CodecId.MAX_GROUP_BYTES);
        }
        return codec;
    }
}
