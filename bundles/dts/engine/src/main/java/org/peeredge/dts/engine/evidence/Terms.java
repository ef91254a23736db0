// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

/** How long a member is left alone for what it did, the first time; see also {@code peers.Bans}. */
public final class Terms {
    /** Broke the protocol, or asked for more than it may. */
    public static final long MALFORMED_MILLIS = 30_000;

    /** Sent false bytes: a damaged disk does, too. */
    public static final long BAD_PIECE_MILLIS = 600_000;

    /** Signed what is not true of a blob. */
    public static final long FALSE_WORD_MILLIS = 86_400_000;

    private Terms() {}
}
