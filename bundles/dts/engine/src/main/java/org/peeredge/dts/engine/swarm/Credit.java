// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.wire.Message;

/**
 * What one member may ask of this node: messages, for the time that they take, and bytes of
 * answers, since a short question may have a long one. Credit comes with time and with content that
 * the two have exchanged; a question without credit is dropped unanswered, whatever it is about.
 * The rates are far beyond what a pull at 10 Gbit/s needs.
 */
final class Credit {
    static final int MESSAGES_PER_SECOND = 10_000;
    static final int MESSAGES = 40_000;
    static final int ANSWER_BYTES_PER_SECOND = 2 << 20;
    static final int ANSWER_BYTES = 32 << 20;

    /** Earned by each piece that went either way. */
    private static final int MESSAGES_PER_PIECE = 64;

    private static final int ANSWER_PART = 16;

    /** So many elements of a list cost as much as a message. */
    private static final int ELEMENTS = 64;

    /** Dropped, with no credit in between: nobody who means well gets there. */
    private static final int FLOOD = 20_000;

    private double messages = MESSAGES;
    private double answerBytes = ANSWER_BYTES;
    private long sinceNanos = Long.MIN_VALUE;
    private int dropped;

    /** Takes what a message costs; false where there is not enough. */
    boolean spend(Message message, long nowNanos) {
        refill(nowNanos);
        int cost = 1 + elements(message) / ELEMENTS;
        if (messages < cost) {
            dropped++;
            return false;
        }
        messages -= cost;
        if (messages > MESSAGES / 2.0) {
            dropped = 0;
        }
        return true;
    }

    /** Takes what an answer weighs; false where there is not enough. */
    boolean answer(long bytes, long nowNanos) {
        refill(nowNanos);
        if (answerBytes < bytes) {
            return false;
        }
        answerBytes -= bytes;
        return true;
    }

    /** Whether it goes on and on. */
    boolean flooded() {
        return dropped >= FLOOD;
    }

    /** Content went from or to it. */
    void exchanged(long bytes) {
        messages =
                Math.min(
                        MESSAGES,
                        messages + (double) bytes * MESSAGES_PER_PIECE / Pieces.MIN_PIECE_BYTES);
        answerBytes = Math.min(ANSWER_BYTES, answerBytes + (double) bytes / ANSWER_PART);
    }

    private void refill(long nowNanos) {
        if (sinceNanos != Long.MIN_VALUE) {
            double seconds = (double) (nowNanos - sinceNanos) / Time.SECOND;
            messages = Math.min(MESSAGES, messages + seconds * MESSAGES_PER_SECOND);
            answerBytes = Math.min(ANSWER_BYTES, answerBytes + seconds * ANSWER_BYTES_PER_SECOND);
        }
        sinceNanos = nowNanos;
    }

    private static int elements(Message message) {
        return switch (message) {
            case Message.Have m -> m.pieces().size();
            case Message.Take m -> m.pieces().size();
            case Message.Has m -> m.pieces().length() / Long.SIZE;
            default -> 0;
        };
    }
}
