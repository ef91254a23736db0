// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/**
 * Why a member does not send what was asked for. Unknown values on the wire read as {@link
 * #NOT_HELD}.
 */
public enum Refusal {
    /** It does not have it (any more). */
    NOT_HELD,
    /** Too much is queued; ask again later. */
    BUSY,
    /** The request breaks a limit or a rule; asking again is of no use. */
    BAD_REQUEST,
    /** The content stays where it is. */
    CONFINED,
    /** It cannot tell yet whether what it has is true, and checked pieces were asked for. */
    UNPROVEN
}
