// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

/** Which addresses are near. Safe for use by many threads; never blocks, never asks DNS. */
public interface LocalNetworks {
    /** Whether {@code host}, an address literal, is this machine or in one of its subnets. */
    boolean near(String host);

    /** Whether {@code host}, an address literal, is this machine. */
    boolean mine(String host);

    /**
     * Whether {@code host} is a loopback literal or {@code localhost}: means another machine
     * elsewhere.
     */
    default boolean loopback(String host) {
        return host.startsWith("127.") || host.equals("::1") || host.equals("localhost");
    }

    /** Looks again at the machine's interfaces; may take some milliseconds. */
    default void refresh() {}
}
