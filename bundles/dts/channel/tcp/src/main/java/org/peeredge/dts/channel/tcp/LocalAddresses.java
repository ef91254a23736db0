// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import org.peeredge.dts.api.channel.PeerAddress;

/** Where others reach a listening port. */
final class LocalAddresses {
    private LocalAddresses() {}

    /**
     * The address itself; for a wildcard those of the machine's interfaces that are up, IPv4 first,
     * loopback only where there is nothing else.
     */
    static List<PeerAddress> of(InetSocketAddress bound, List<String> advertisedHosts) {
        if (!advertisedHosts.isEmpty()) {
            return advertisedHosts.stream().map(host -> address(host, bound.getPort())).toList();
        }
        if (!bound.getAddress().isAnyLocalAddress()) {
            return List.of(address(bound.getAddress().getHostAddress(), bound.getPort()));
        }
        boolean four = !(bound.getAddress() instanceof Inet6Address);
        List<PeerAddress> found =
                interfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                        .filter(a -> !four || !(a instanceof Inet6Address))
                        .sorted((a, b) ->
                                Boolean.compare(
                                        a instanceof Inet6Address, b instanceof Inet6Address))
                        .map(a -> address(a.getHostAddress(), bound.getPort()))
                        .toList();
        return found.isEmpty()
                ? List.of(
                        address(InetAddress.getLoopbackAddress().getHostAddress(), bound.getPort()))
                : found;
    }

    private static PeerAddress address(String host, int port) {
        int zone = host.indexOf('%');
        return new PeerAddress(
                TcpChannelProvider.TYPE, zone < 0 ? host : host.substring(0, zone), port);
    }

    private static Stream<NetworkInterface> interfaces() {
        try {
            return NetworkInterface.networkInterfaces().filter(LocalAddresses::up);
        } catch (SocketException e) {
            throw new IllegalStateException(
                    "this machine's interfaces cannot be listed: set advertised.hosts in etc/"
                            + TcpChannelProvider.BUNDLE
                            + ".cfg",
                    e);
        }
    }

    private static boolean up(NetworkInterface one) {
        try {
            return one.isUp();
        } catch (SocketException e) {
            return false;
        }
    }
}
