// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * All that the swarm can ask of its runtime, which answers with an {@link Event} where one is
 * named.
 */
public sealed interface Action {
    /** Sends a message; dropped when the member is gone. */
    record Send(NodeId to, Message message) implements Action {}

    /**
     * Reads, encodes and sends symbols, in the order of these actions per peer; answers a {@code
     * Refused} itself. {@code SymbolsDone} follows in each case: when the bytes have left, when
     * they could not be read, when the member is gone, or when it was cancelled.
     */
    record SendSymbols(NodeId to, Message.GetSymbols request) implements Action {}

    /** Takes back a {@link SendSymbols} that has not begun. */
    record CancelSymbols(NodeId to, Message.Cancel cancel) implements Action {}

    /** Opens the incomplete blob in the store: {@code Opened} or {@code StoreFailed}. */
    record OpenStore(Digest digest, long sizeBytes) implements Action {}

    /**
     * Hashes parts of the bytes kept under {@code handle}, writes those that match: for each {@code
     * PieceStored}, {@code PieceBad} or {@code StoreFailed}; frees the handle.
     */
    record CheckAndStore(Digest digest, NodeId from, long handle, List<Part> parts)
            implements Action {}

    /**
     * A piece within a frame.
     *
     * @param offset where it begins, in bytes from the first symbol
     * @param hash the expected SHA-256, 32 bytes
     */
    record Part(int piece, int offset, int bytes, byte[] hash) {}

    /**
     * Reads a piece that is in the store unchecked (an earlier run's, or upstream's) and compares
     * its hash: {@code PieceStored} or {@code PieceBad} from this node. A piece that does not match
     * is forgotten by the store first.
     *
     * @param hash the expected SHA-256, 32 bytes
     */
    record CheckKept(Digest digest, int piece, byte[] hash) implements Action {}

    /**
     * Keeps symbols of the frame under {@code handle} for {@link Decode}, by who sent them, and
     * frees the handle.
     *
     * @param first number of the frame's first symbol
     * @param which of its symbols, counted from the first
     */
    record KeepSymbols(
            Digest digest,
            int group,
            CodecId codec,
            NodeId from,
            long handle,
            int first,
            BitSet which)
            implements Action {}

    /**
     * Restores a group from the symbols that are kept, hashes and writes its pieces: {@code
     * PieceStored} for each, from one of those whose symbols they came of, or {@code StoreFailed},
     * then {@code GroupDecoded}, and the symbols are dropped; or {@code GroupUndecoded}, and they
     * are kept. Before either, {@code SymbolsForged} for each member whose symbols are not the
     * group's.
     *
     * @param sizeBytes of the blob
     * @param bytes of the group
     * @param parts its pieces that are to be restored
     * @param known those that are in the store, counted from the group's first
     */
    record Decode(
            Digest digest,
            long sizeBytes,
            int group,
            CodecId codec,
            int bytes,
            List<Part> parts,
            BitSet known)
            implements Action {}

    /** Forgets the symbols of a group; one that is being decoded ends without a word. */
    record DropSymbols(Digest digest, int group) implements Action {}

    /** Frees the handle: nobody asked for these bytes, or they came twice. */
    record Discard(long handle) implements Action {}

    /** Checks a map's signatures: {@code MapChecked}. Also frees a malformed one silently. */
    record CheckMap(NodeId from, SignedMap map) implements Action {}

    /**
     * Loads the map kept for a held or incomplete blob, if any: {@code MapChecked} from this node.
     */
    record LoadMap(Digest digest) implements Action {}

    /**
     * Reads the blob from upstream, from the first missing piece on: {@code UpstreamOpened}, ...
     * Pieces that are there already are not written again. Where the size was not known before, an
     * {@link OpenStore} follows {@code UpstreamOpened}; bytes wait until {@code Opened}.
     *
     * @param forMembers whether nobody on this node waits for it: then without its credentials
     */
    record StartUpstream(Digest digest, UpstreamRef upstream, boolean forMembers)
            implements Action {}

    /** Reads the piece that {@code UpstreamReads} named: the limits allow it. */
    record ReadOn(Digest digest) implements Action {}

    /** Ends that; nothing more is heard of it. */
    record StopUpstream(Digest digest) implements Action {}

    /**
     * Reads pieces from upstream, never with credentials: {@code RangeRead} for each, which waits
     * for {@link KeepRange}, or {@code RangeFailed}. The store is open.
     *
     * @param number of the range, used once
     */
    record FetchRange(
            Digest digest, long number, long sizeBytes, UpstreamRef upstream, int first, int count)
            implements Action {}

    /**
     * What becomes of the piece that a range has read: it is written, and {@code RangeWritten}
     * follows whatever happens to the range, or it is left out.
     */
    record KeepRange(long number, int piece, boolean keep) implements Action {}

    /** Ends a range; of what it reads nothing more is heard. */
    record StopRange(long number) implements Action {}

    /** Signs what this node has read: {@code ClaimSigned}. */
    record SignClaim(
            Digest digest,
            long sizeBytes,
            UpstreamRef upstream,
            List<Integer> pieces,
            byte[] hashes)
            implements Action {}

    /** Checks the signatures of claims: {@code ClaimsChecked}. */
    record CheckClaims(NodeId from, Message.Claims message) implements Action {}

    /** Reads all pieces again and compares the digest: {@code Verified}. */
    record Verify(Digest digest) implements Action {}

    /** Forgets all pieces: they did not make the blob. The next {@code OpenStore} begins anew. */
    record Reset(Digest digest) implements Action {}

    /**
     * The blob is complete and checked: make it durable, keep the map; {@code Held} follows.
     *
     * @param sign whether this node read all of it and may add its own signature to the map
     */
    record Complete(Digest digest, SignedMap map, boolean sign) implements Action {}

    /**
     * Readers may read what has arrived of the first {@code pieces} pieces.
     *
     * @param provisional they may go to clients although the digest is not checked yet: this node
     *     has read them from upstream itself, as its client would have
     */
    record Readable(Digest digest, int pieces, boolean provisional) implements Action {}

    /** The transfer ended without the blob; {@code never} when trying again is of no use. */
    record Failed(Digest digest, String reason, boolean never) implements Action {}

    /** Asks routing: {@code Planned}. */
    record AskPlan(Digest digest, TransferView view) implements Action {}

    /**
     * A member lied or broke the protocol: close its channels, do not dial it for a while.
     *
     * @param by whose evidence it was; this node's own id for what it has seen itself
     */
    record Punish(NodeId peer, String reason, long banMillis, NodeId by) implements Action {}

    /** A message was not looked at, for want of credit: counted. */
    record Drop(NodeId from) implements Action {}

    /** Checks the signatures of evidence: {@code EvidenceChecked}. */
    record CheckEvidence(NodeId from, Message.Against evidence) implements Action {}

    /** Signs that a member sent a false piece: {@code AccusationSigned}. */
    record SignAccusation(NodeId accused, Digest digest, int piece) implements Action {}

    /**
     * Hashes the bytes kept under {@code handle}, which are not to be stored, and frees it: {@code
     * ProbeChecked}.
     *
     * @param hash the expected SHA-256, 32 bytes
     */
    record CheckProbe(Digest digest, int piece, NodeId from, long handle, byte[] hash)
            implements Action {}

    /** Counts something, for metrics and {@code list()}. */
    record Count(Digest digest, Counted what, NodeId peer, long bytes) implements Action {}

    /** What is counted. */
    enum Counted {
        /** Checked bytes from a member without the role origin. */
        FROM_PEER,
        /** Checked bytes from an origin. */
        FROM_ORIGIN,
        /** Bytes that came twice or unasked. */
        WASTED,
        /** Bytes that did not match their hash. */
        BAD,
        /** A request that ran into its deadline. */
        TIMEOUT
    }
}
