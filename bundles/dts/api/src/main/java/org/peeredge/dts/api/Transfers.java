// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * Fetches content from members and upstreams into the store, and offers what is there. Nothing here
 * blocks.
 */
@ProviderType
public interface Transfers {
    /**
     * Opens content for reading: from the store, from a transfer that runs already, or from a new
     * one. Completes when the size is known and a source was found, within the configured time.
     *
     * <p>Fails with {@code NeverException} when neither a member nor the upstream has it, {@code
     * RetryLaterException} when the store is full or nobody could be reached in time.
     */
    CompletionStage<Content> open(FetchRequest request);

    /**
     * Says that a complete blob came into the store by another way (a push): this node maps and
     * signs it, and tells members that ask.
     */
    CompletionStage<Void> publish(Digest digest);

    /**
     * Whether some connected member, or this node, says that it has the whole of each; asks members
     * that may know.
     */
    CompletionStage<Set<Digest>> available(Set<Digest> digests);

    /** What runs now and what ended lately, newest first. */
    List<TransferInfo> list();

    /**
     * Content that may still be arriving. Reads never give bytes that are neither checked nor
     * allowed as provisional.
     */
    interface Content extends AutoCloseable {
        /** Its name. */
        Digest digest();

        /** Its length. */
        long sizeBytes();

        /** Whether it was fetched with credentials. */
        boolean confined();

        /**
         * Reads at {@code offset}; the stage completes when at least one byte is there, with the
         * number of bytes read, or 0 at the end. {@code into} is lent until then. One read at a
         * time. Fails as {@link Transfers#open} does when no source is left.
         */
        CompletionStage<Integer> read(long offset, ByteBuffer into);

        /** Completes when all of it is in the store and checked. */
        CompletionStage<Void> complete();

        /** Gives it back. A transfer without readers goes on to its end. */
        @Override
        void close();
    }

    /**
     * One transfer.
     *
     * @param state {@code waiting}, {@code fetching}, {@code checking}, {@code complete}, {@code
     *     failed}
     * @param reason why it failed, or empty
     * @param sources the members that bytes came from
     */
    record TransferInfo(
            Digest digest,
            long sizeBytes,
            String state,
            String reason,
            int piecesHave,
            int pieces,
            long bytesFromPeers,
            long bytesFromOrigins,
            long bytesFromUpstream,
            long wastedBytes,
            long elapsedMillis,
            Set<NodeId> sources) {}
}
