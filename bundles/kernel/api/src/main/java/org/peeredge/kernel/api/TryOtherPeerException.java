// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** This peer cannot or will not do it; another may. */
public class TryOtherPeerException extends PeerEdgeException {
    private static final long serialVersionUID = 1L;

    /** With a message that names the peer. */
    public TryOtherPeerException(String message) {
        super(message);
    }

    /** With the cause. */
    public TryOtherPeerException(String message, Throwable cause) {
        super(message, cause);
    }
}
