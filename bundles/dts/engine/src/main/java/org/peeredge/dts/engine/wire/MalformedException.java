// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import org.peeredge.kernel.api.NeverException;

/**
 * A frame breaks the protocol. The receiver closes the channel and counts it; the frame is never
 * read in part. Names the field, never its bytes.
 */
public final class MalformedException extends NeverException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /** Says which {@code field} is wrong, and how. */
    public MalformedException(String field, String problem) {
        super("malformed frame: " + field + ": " + problem);
        this.field = field;
    }

    /** With the cause. */
    public MalformedException(String field, String problem, Throwable cause) {
        super("malformed frame: " + field + ": " + problem, cause);
        this.field = field;
    }

    /** The field at fault, as {@code message.field}. */
    public String field() {
        return field;
    }
}
