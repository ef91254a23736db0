// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** The root of the errors that say what the caller may do next. */
public abstract class PeerEdgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PeerEdgeException(String message) {
        super(message);
    }

    PeerEdgeException(String message, Throwable cause) {
        super(message, cause);
    }
}
