// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** The call can never succeed as it is: bad input, a bad proof, something that does not exist. */
public class NeverException extends PeerEdgeException {
    private static final long serialVersionUID = 1L;

    /** With a message that says what is wrong with the input. */
    public NeverException(String message) {
        super(message);
    }

    /** With the cause. */
    public NeverException(String message, Throwable cause) {
        super(message, cause);
    }
}
