// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where other machines may reach this one. */
final class LocalAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(LocalAddresses.class);
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private LocalAddresses() {}

    /**
     * The addresses of a listener at {@code host}: that one, or for a wildcard those of the
     * interfaces that are up (IPv4 first, no loopback, no link-local), else 127.0.0.1.
     */
    static List<HostPort> of(String host, int port) {
        if (!ANY.contains(host)) {
            return List.of(new HostPort(host, port));
        }
        List<InetAddress> found = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces()
                    .filter(LocalAddresses::up)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                    .forEach(found::add);
        } catch (SocketException e) {
            LOG.warn(
                    "The machine's addresses cannot be listed; set join.addresses in etc/{}.cfg",
                    NodeSettings.BUNDLE,
                    e);
        }
        if (found.isEmpty()) {
            return List.of(new HostPort("127.0.0.1", port));
        }
        found.sort(Comparator.comparing(Inet6Address.class::isInstance));
        return found.stream()
                .map(a -> a.getHostAddress().replaceAll("%.*", ""))
                .distinct()
                .limit(Credentials.MAX_DOORS)
                .map(a -> new HostPort(a, port))
                .toList();
    }

    private static boolean up(NetworkInterface nic) {
        try {
            return nic.isUp();
        } catch (SocketException _) {
            return false;
        }
    }
}
