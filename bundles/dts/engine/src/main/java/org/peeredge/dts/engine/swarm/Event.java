// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.evidence.Finding;
import org.peeredge.dts.engine.flow.Standing;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.routing.api.strategy.Plan;

/**
 * All that can happen to the swarm. Bytes never come in here, only a handle under which the runtime
 * keeps them.
 */
public sealed interface Event {
    /**
     * This node wants a blob; repeated wants of the same blob add an upstream or a size that was
     * missing. {@code background}: nobody waits for it.
     */
    record Wanted(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream, boolean background)
            implements Event {
        /** Somebody waits for it. */
        public Wanted(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream) {
            this(digest, sizeBytes, upstream, false);
        }
    }

    /**
     * Holders are being looked for, or were found: for so long a wanted blob is not given up, nor
     * read from upstream, for want of members that have it.
     */
    record Searched(Digest digest, long waitNanos) implements Event {}

    /** Nobody here wants it any more; the transfer may be dropped. */
    record Unwanted(Digest digest) implements Event {}

    /** The store has the complete blob: at start, after a push, after a transfer. */
    record Held(Digest digest, long sizeBytes, boolean confined) implements Event {}

    /** The store no longer has it. */
    record Gone(Digest digest) implements Event {}

    /**
     * A member is connected and has said hello.
     *
     * @param lossy its channel may lose frames of symbols
     */
    record PeerUp(NodeId peer, Set<Role> roles, boolean sameLan, long rttMicros, boolean lossy)
            implements Event {
        /** Over a channel that loses nothing. */
        public PeerUp(NodeId peer, Set<Role> roles, boolean sameLan, long rttMicros) {
            this(peer, roles, sameLan, rttMicros, false);
        }
    }

    /** New measurements of a connected member. */
    record PeerMeasured(NodeId peer, boolean sameLan, long rttMicros) implements Event {}

    /** Whether a member has signed for too little of what it got here: it is served last. */
    record PeerOwes(NodeId peer, boolean owes) implements Event {}

    /** No channel to it is left. */
    record PeerDown(NodeId peer) implements Event {}

    /** A message of the kinds that concern content. */
    record Received(NodeId from, Message message) implements Event {}

    /**
     * Symbols arrived; the runtime keeps {@code bytes} bytes under {@code handle} until told what
     * to do.
     */
    record SymbolsArrived(NodeId from, SymbolsHeader header, int bytes, long handle)
            implements Event {}

    /**
     * {@link Action.SendSymbols} is done with.
     *
     * @param delivered whether it has left whole; else it was taken back, refused or cut off
     */
    record SymbolsDone(NodeId to, Digest digest, int group, int first, boolean delivered)
            implements Event {}

    /**
     * {@link Action.OpenStore} is done: space is reserved, {@code have} came with it from an
     * earlier run.
     */
    record Opened(Digest digest, BitSet have) implements Event {}

    /** The store refused; {@code full} when for want of room. */
    record StoreFailed(Digest digest, String reason, boolean full) implements Event {}

    /**
     * {@link Action.CheckAndStore} found that the hash matches, and the piece is written; or {@link
     * Action.CheckKept} found that it matches, {@code from} this node.
     */
    record PieceStored(Digest digest, int piece, NodeId from, int bytes) implements Event {}

    /** {@link Action.CheckAndStore} or {@link Action.CheckKept} found that it does not match. */
    record PieceBad(Digest digest, int piece, NodeId from, int bytes) implements Event {}

    /** {@link Action.Decode} is done: the group's pieces are stored. */
    record GroupDecoded(Digest digest, int group) implements Event {}

    /**
     * {@link Action.Decode} did not restore the group.
     *
     * @param more so many more symbols may do; 0 when it cannot be decoded here
     * @param mixed there are enough, but false ones among them, and it cannot be told which
     */
    record GroupUndecoded(Digest digest, int group, int more, boolean mixed) implements Event {}

    /** A member sent symbols that are not those of the group, as the restored group shows. */
    record SymbolsForged(Digest digest, int group, NodeId from, int bytes) implements Event {}

    /**
     * A map's signatures were checked.
     *
     * @param from who sent it; this node's own id for a map from its store
     * @param signers whose signature is good and who is a member now, in the order of the map's
     *     signatures
     * @param originSigned whether one of them has the role origin
     */
    record MapChecked(NodeId from, SignedMap map, Set<NodeId> signers, boolean originSigned)
            implements Event {}

    /** The upstream answered. */
    record UpstreamOpened(Digest digest, long sizeBytes, boolean confined) implements Event {}

    /** A piece from upstream was written; it is provisional. */
    record UpstreamPiece(Digest digest, int piece) implements Event {}

    /** All of it came; still to be verified. */
    record UpstreamDone(Digest digest) implements Event {}

    /** A read from upstream would go on with so many bytes: {@link Action.ReadOn} says when. */
    record UpstreamReads(Digest digest, int bytes) implements Event {}

    /** It broke off; {@code never} when trying again is of no use. */
    record UpstreamFailed(Digest digest, String reason, boolean never) implements Event {}

    /**
     * A piece that {@link Action.FetchRange} asked for was read, and waits for {@link
     * Action.KeepRange}; {@code hash} is its SHA-256.
     */
    record RangeRead(Digest digest, long number, int piece, byte[] hash) implements Event {}

    /**
     * A piece that was to be kept was written, or not.
     *
     * @param trouble why not
     * @param full whether for want of room
     */
    record RangeWritten(
            Digest digest, long number, int piece, Optional<String> trouble, boolean full)
            implements Event {}

    /**
     * A range broke off; {@code never} when this node cannot read ranges of that blob from there.
     */
    record RangeFailed(Digest digest, long number, String reason, boolean never) implements Event {}

    /** {@link Action.SignClaim} is done. */
    record ClaimSigned(Digest digest, Claim claim) implements Event {}

    /** It could not be done now. */
    record ClaimUnsigned(Digest digest, List<Integer> pieces) implements Event {}

    /**
     * Claims whose signatures are good, by members.
     *
     * @param forged whether one that names {@code from} as its author was not signed by it
     */
    record ClaimsChecked(
            NodeId from, Digest digest, long sizeBytes, List<Claimed> claims, boolean forged)
            implements Event {}

    /**
     * A claim and who made it.
     *
     * @param checked whether its signature was; else it is known from whom it came, which cannot be
     *     shown to others
     */
    record Claimed(NodeId by, Claim claim, boolean checked) {}

    /** {@link Action.CheckEvidence} is done. */
    record EvidenceChecked(NodeId from, Message.Against evidence, Finding finding)
            implements Event {}

    /** {@link Action.SignAccusation} is done. */
    record AccusationSigned(Message.Against evidence) implements Event {}

    /** {@link Action.CheckProbe} is done; empty when it could not be. */
    record ProbeChecked(Digest digest, int piece, NodeId from, Optional<Boolean> genuine)
            implements Event {}

    /** {@link Action.Verify} is done; the map made on the way when the digest matches. */
    record Verified(Digest digest, Optional<PieceMap> map) implements Event {}

    /** Routing made a plan for a transfer. */
    record Planned(Digest digest, Plan plan) implements Event {}

    /** Another codec is to be used, or codecs came or went. */
    record CodingChanged(Coding coding) implements Event {}

    /** Other limits are in force. */
    record Limits(Standing standing) implements Event {}

    /** Time went on; comes about every 20 ms while a transfer runs, else each second. */
    record Tick() implements Event {}
}
