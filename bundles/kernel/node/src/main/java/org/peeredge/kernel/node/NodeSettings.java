// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.peeredge.kernel.node.trust.HostPort;

/**
 * The node's configuration, checked.
 *
 * @param folder where keys and certificates are
 * @param create whether to make a mesh when the node is in none
 * @param tokenFile where a join token may lie
 * @param doors addresses of this node's own door, for tokens
 * @param life of the certificates that this node signs as an authority
 * @param poll how often the authority is asked for revocations
 */
record NodeSettings(
        Path folder,
        boolean create,
        Path tokenFile,
        Supplier<List<HostPort>> doors,
        Duration life,
        Duration poll) {
    static final String BUNDLE = "org.peeredge.kernel.node";

    Path key() {
        return folder.resolve("node.key");
    }

    Path membership() {
        return folder.resolve("membership.pem");
    }

    Path revocations() {
        return folder.resolve("revocations.bin");
    }

    Path authority() {
        return folder.resolve("authority.pem");
    }

    Path tokens() {
        return folder.resolve("tokens.json");
    }
}
