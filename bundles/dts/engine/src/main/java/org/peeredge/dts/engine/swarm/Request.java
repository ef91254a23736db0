// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * A piece asked of a source.
 *
 * @param batch the message that asked for it, together with others
 * @param softNanos from then on another source may be asked as well
 * @param deadlineNanos then it is taken back
 */
record Request(
        int piece, Source source, Batch batch, long sentNanos, long softNanos, long deadlineNanos) {
    /**
     * Pieces of one group that one message asked for, in a row. They come in one frame, so there is
     * one message, one frame and one turn on each thread for all of them.
     */
    static final class Batch {
        final int first;
        final int count;

        /** Of a range; 0 for what a member is asked for. */
        final long range;

        /** Answers to later ones that have come from the same source. */
        int overtaken;

        /** Pieces of it that are still wanted from this source. */
        int open;

        Batch(int first, int count, long range) {
            this.range = range;
            this.first = first;
            this.count = count;
            this.open = count;
        }
    }
}
