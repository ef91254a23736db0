// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

/**
 * An answer other than success, with a code of the OCI distribution specification 1.1 ("Error
 * Codes").
 */
public final class OciException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /** With an HTTP status, the specification's code, and what the client can do about it. */
    public OciException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** With the cause. */
    public OciException(int status, String code, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** Such as {@code MANIFEST_UNKNOWN}. */
    public String code() {
        return code;
    }
}
