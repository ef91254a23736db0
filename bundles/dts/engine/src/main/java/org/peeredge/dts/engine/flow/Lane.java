// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.Optional;

/** What a limit is on; the key in the configuration is {@code limit.} and the name. */
public enum Lane {
    /** All that this node sends to members. */
    UP("up", true),
    /** All that this node gets from members and upstreams. */
    DOWN("down", false),
    /** Of that, to members that are not in its LAN. */
    WAN_UP("wan.up", true),
    /** From members that are not in its LAN, and from upstreams. */
    WAN_DOWN("wan.down", false),
    /** For all members of the LAN together; each takes an even part. */
    LAN_WAN_UP("lan.wan.up", true),
    /** For all members of the LAN together; each takes an even part. */
    LAN_WAN_DOWN("lan.wan.down", false),
    /** To members for which nobody waits. */
    BACKGROUND_UP("background.up", true),
    /** For transfers for which nobody waits. */
    BACKGROUND_DOWN("background.down", false),
    /** To each member. */
    PEER_UP("peer.up", true),
    /** From each member. */
    PEER_DOWN("peer.down", false);

    private final String text;
    private final boolean sends;

    Lane(String text, boolean up) {
        this.text = text;
        this.sends = up;
    }

    /** As it is written. */
    public String text() {
        return text;
    }

    /** Its key in the configuration. */
    public String key() {
        return "limit." + text;
    }

    /** Whether it is on what this node sends. */
    public boolean up() {
        return sends;
    }

    static Optional<Lane> of(String text) {
        for (Lane lane : values()) {
            if (lane.text.equals(text)) {
                return Optional.of(lane);
            }
        }
        return Optional.empty();
    }
}
