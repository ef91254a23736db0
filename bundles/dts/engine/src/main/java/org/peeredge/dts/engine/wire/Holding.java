// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** What a member says it holds of a blob. Unknown values on the wire read as {@link #NONE}. */
public enum Holding {
    /** Nothing that it would give. */
    NONE,
    /** Nothing to give yet: it reads the blob from upstream. */
    FETCHING,
    /** Some pieces, checked against a trusted map. */
    PARTIAL,
    /** All of it. */
    COMPLETE
}
