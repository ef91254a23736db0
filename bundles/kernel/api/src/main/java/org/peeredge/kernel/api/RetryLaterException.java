// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** The same call may succeed later: a full disk, a busy peer, a drained plugin. */
public class RetryLaterException extends PeerEdgeException {
    private static final long serialVersionUID = 1L;

    /** With a message that says what is missing now. */
    public RetryLaterException(String message) {
        super(message);
    }

    /** With the cause. */
    public RetryLaterException(String message, Throwable cause) {
        super(message, cause);
    }
}
