// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.kernel.api.NodeId;

/**
 * Everything that engines say to each other, but for the symbols themselves ({@link
 * SymbolsHeader}). Byte tables: {@code docs/protocol/engine.md}. Each message stands alone: a
 * receiver needs no earlier one to answer it.
 */
public sealed interface Message {
    /**
     * First on every channel, both ways.
     *
     * @param version of the protocol, 1
     * @param features {@link Features} bits for later messages; unknown bits are ignored
     * @param addresses where the sender can be reached, {@code type://host:port}; at most 16
     * @param revocationNumber of its newest revocation list
     * @param certificate the sender's, DER, which {@link Claims} on this channel need not repeat;
     *     empty for none
     */
    record Hello(
            int version,
            long features,
            List<String> addresses,
            long revocationNumber,
            byte[] certificate)
            implements Message {}

    /**
     * Asks for a {@link Has}, and for {@link Have} from now on for a while when {@code wants}.
     *
     * @param sizeBytes where known, else -1
     * @param upstream where the asker would get it; an origin that serves it may begin to fetch it
     * @param wants whether the asker is fetching it
     */
    record WhoHas(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream, boolean wants)
            implements Message {}

    /**
     * Answers {@link WhoHas}; also sent unasked to those who want the blob when {@code holding}
     * changes.
     *
     * @param sizeBytes where known, else -1
     * @param pieces what is held; empty unless {@code PARTIAL}
     * @param wants whether the sender is fetching it too
     */
    record Has(Digest digest, Holding holding, long sizeBytes, BitSet pieces, boolean wants)
            implements Message {}

    /** Pieces that came since; at most 1,024. */
    record Have(Digest digest, List<Integer> pieces) implements Message {}

    /**
     * The sender begins to fetch these pieces from afar: who is in its LAN may wait for them. At
     * most 1,024.
     */
    record Take(Digest digest, List<Integer> pieces) implements Message {}

    /**
     * The sender has room to send this piece now, and the receiver lacks it: answered by {@link
     * GetSymbols} or by {@link Declined}.
     */
    record Offer(Digest digest, int piece) implements Message {}

    /**
     * Answers {@link Offer} with a no.
     *
     * @param later whether the piece is still wanted and will be asked for when there is room
     */
    record Declined(Digest digest, int piece, boolean later) implements Message {}

    /** There is room again at the sender of this, which had declined an {@link Offer}. */
    record Room(Digest digest) implements Message {}

    /**
     * Hashes of pieces that nobody has checked against the digest yet, by those who read them. Who
     * sends its own claim has these pieces.
     *
     * @param claims at most {@link Limits#MAX_CLAIMS}
     */
    record Claims(Digest digest, long sizeBytes, List<Claim> claims) implements Message {}

    /**
     * The taker's half of a receipt; goes to the giver, answered by {@link Countersigned}.
     *
     * @param certificate the taker's, DER
     * @param signature over {@link Delivery#statement}, DER
     */
    record Receipt(Delivery delivery, byte[] certificate, byte[] signature) implements Message {}

    /**
     * Answers {@link Receipt}.
     *
     * @param hash of the entry, 32 bytes
     * @param epoch of the chain that the giver knows, 0 for none; a new one must be higher
     * @param certificate the giver's, DER; empty unless {@code SIGNED}
     * @param signature over {@link Delivery#counterStatement}, DER; empty unless {@code SIGNED}
     */
    record Countersigned(
            byte[] hash, Verdict verdict, long epoch, byte[] certificate, byte[] signature)
            implements Message {}

    /**
     * Evidence against a member, checked and passed on once by each who hears it.
     *
     * @param digest the blob that it lied about
     */
    record Against(Digest digest, NodeId accused, Evidence evidence) implements Message {}

    /** Asks for a {@link MapOf}, or for {@link Claims} where no map is known. */
    record GetMap(Digest digest) implements Message {}

    /** A piece map with its signatures. */
    record MapOf(SignedMap map) implements Message {}

    /**
     * Asks for symbols of one group; says all that the sender needs. Answered by symbols or by
     * {@link Refused}.
     *
     * @param group number of the group in the blob
     * @param codec fixes the code
     * @param first first symbol wanted
     * @param count how many; 1 to 64
     * @param authorisation room for a proof that the asker may have it; empty, or at most 1,024
     *     bytes
     * @param background nobody waits for it: others come first
     * @param checked whether only bytes will do that the sender has checked against a map that it
     *     knows to be true: who answers with others is at fault
     */
    record GetSymbols(
            Digest digest,
            int group,
            CodecId codec,
            int first,
            int count,
            byte[] authorisation,
            boolean background,
            boolean checked)
            implements Message {
        /** Somebody waits for it, and what is passed on by others' word will do. */
        public GetSymbols(
                Digest digest,
                int group,
                CodecId codec,
                int first,
                int count,
                byte[] authorisation) {
            this(digest, group, codec, first, count, authorisation, false, false);
        }

        static final int BACKGROUND = 1;
        static final int CHECKED = 2;

        /** From its bytes; wishes of a later time are left out. */
        static GetSymbols of(
                Digest digest,
                int group,
                CodecId codec,
                int first,
                int count,
                byte[] authorisation,
                int wishes) {
            return new GetSymbols(
                    digest,
                    group,
                    codec,
                    first,
                    count,
                    authorisation,
                    (wishes & BACKGROUND) != 0,
                    (wishes & CHECKED) != 0);
        }

        /** What is wished beside the symbols, a bit each. */
        int wishes() {
            return (background ? BACKGROUND : 0) | (checked ? CHECKED : 0);
        }
    }

    /**
     * Takes back a {@link GetSymbols} that has not been answered; the answer may be under way all
     * the same.
     */
    record Cancel(Digest digest, int group, int first) implements Message {}

    /** Answers {@link GetSymbols} with a no. */
    record Refused(Digest digest, int group, int first, Refusal reason) implements Message {}

    /** Members that the sender has been connected to lately; at most 64. */
    record Peers(List<PeerHint> peers) implements Message {}

    /** Where a member was reached. */
    record PeerHint(NodeId node, List<String> addresses) {}

    /** The newest revocation list, as the authority signed it. */
    record Revocations(byte[] list) implements Message {}

    /** A question to a handler; {@code id} is chosen by the asker. */
    record Ask(long id, String topic, byte[] payload) implements Message {}

    /** The answer; a refusal carries a message in UTF-8. */
    record Answer(long id, boolean ok, byte[] payload) implements Message {}

    /** Measures the round trip and keeps the channel alive. */
    record Ping(long token) implements Message {}

    /** The answer to {@link Ping}. */
    record Pong(long token) implements Message {}

    /** What members tell each other to find who holds a blob; decision record 0014. */
    sealed interface Finding extends Message {}

    /**
     * What is held by a member, or by the members of a tracker. A blob's key is the first 8 bytes
     * of its digest.
     *
     * @param about whose; the sender itself or, between trackers, a tracker
     * @param epoch of that tracker's lease; 0 from a member
     * @param version of what is told when this has been taken in
     * @param since the version that this goes on from; 0 replaces all that was told
     * @param added keys, at most {@link Limits#MAX_KEYS}
     * @param removed keys, at most {@link Limits#MAX_KEYS}
     * @param filter a Bloom filter of all keys; its length is a power of two, or 0 for none
     */
    record Available(
            NodeId about,
            long epoch,
            long version,
            long since,
            long[] added,
            long[] removed,
            byte[] filter)
            implements Finding {}

    /**
     * Asks who holds a blob: answered by {@link Found}. With {@code about} it asks for what a
     * tracker's members hold, and is answered by {@link Available}.
     *
     * @param id chosen by the asker
     * @param hops how often it may be passed on, 0 to 2
     * @param key of the blob
     * @param about the tracker in question
     * @param since the version of it that the asker has, 0 for none
     */
    record Find(long id, int hops, long key, Optional<NodeId> about, long since)
            implements Finding {}

    /**
     * Answers {@link Find}. All of it is hints: who is dialled proves its name and is asked.
     *
     * @param holders at most {@link Limits#MAX_FOUND}
     * @param trackers whose members may hold it; at most {@link Limits#MAX_FOUND}
     */
    record Found(long id, List<PeerHint> holders, List<PeerHint> trackers) implements Finding {}

    /**
     * Who is tracker, and for how long. Believed of the sender; of another it is a hint where to
     * dial.
     *
     * @param epoch grows with each new tracker that has heard of the one before
     * @param stamp grows with each statement of that tracker in its epoch
     * @param version of what its members hold
     * @param remainingMillis how long it holds from now on; 0 takes it back
     * @param members who report to it now
     * @param depth how many bits of the hash of its id those trackers share with it whose filters
     *     it keeps, at most {@link Limits#MAX_SLICE_BITS}
     */
    record Lease(
            NodeId tracker,
            long epoch,
            long stamp,
            long version,
            int remainingMillis,
            int members,
            List<String> addresses,
            int depth)
            implements Finding {}
}
