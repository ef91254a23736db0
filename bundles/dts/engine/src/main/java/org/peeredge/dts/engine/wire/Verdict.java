// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** What a giver says to an entry. Unknown values on the wire read as {@link #UNKNOWN}. */
public enum Verdict {
    /** It is countersigned. */
    SIGNED,
    /** It does not continue the chain that the giver knows: begin a new one. */
    UNKNOWN,
    /** The giver has not sent as much. */
    EXCEEDS,
    /** The giver has countersigned another entry of this number. */
    FORKED
}
