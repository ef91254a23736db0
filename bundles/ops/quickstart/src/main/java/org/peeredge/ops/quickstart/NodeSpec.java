// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to run one node of a distribution that others share.
 *
 * @param name for people and for log lines
 * @param distribution the unpacked distribution; only read
 * @param home where this node's etc and data go
 * @param ports its ports
 * @param config additional configuration: PID, then key and value
 * @param launcher words before the start command, such as {@code ip netns exec NAME}; may be empty
 * @param shellKey public key that may log in to the Karaf shell as {@code operator}; empty for none
 */
public record NodeSpec(
        String name,
        Path distribution,
        Path home,
        Ports ports,
        Map<String, Map<String, String>> config,
        List<String> launcher,
        String shellKey) {

    /**
     * A node's ports, all on loopback but {@code channel} and {@code join}, whose address is {@code
     * host}.
     *
     * @param host address that the other nodes reach
     */
    public record Ports(String host, int channel, int join, int registry, int metrics, int ssh) {}
}
