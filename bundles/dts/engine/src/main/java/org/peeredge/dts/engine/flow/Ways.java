// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;

/** Through which interface this machine reaches others, as its routing table says. */
public final class Ways {
    /** Any port: nothing is sent. */
    private static final int PORT = 9;

    /** Addresses for documentation (RFC 5737, RFC 3849): routed as any address far away. */
    private static final List<String> FAR = List.of("192.0.2.1", "2001:db8::1");

    private Ways() {}

    /** The metered link over which {@code host}, an address literal, is reached; if it is one. */
    public static Optional<Metered> to(String host, List<Metered> metered) {
        try {
            return metered(InetAddress.ofLiteral(host), true, metered);
        } catch (IllegalArgumentException notLiteral) {
            return Optional.empty();
        }
    }

    /** The metered link of the default route, if it is one. */
    public static Optional<Metered> out(List<Metered> metered) {
        for (String far : FAR) {
            Optional<Metered> found = metered(InetAddress.ofLiteral(far), false, metered);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** To connect a datagram socket looks up the route and sends nothing. */
    private static Optional<Metered> metered(
            InetAddress remote, boolean known, List<Metered> metered) {
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.connect(new InetSocketAddress(remote, PORT));
            if (!(probe.getLocalAddress() instanceof InetSocketAddress local)) {
                return Optional.empty();
            }
            NetworkInterface nif = NetworkInterface.getByInetAddress(local.getAddress());
            String name = nif == null ? "" : nif.getName();
            return Metered.of(
                    metered, new Metered.Way(name, local.getAddress(), known ? remote : null));
        } catch (IOException | RuntimeException noRoute) {
            return Optional.empty();
        }
    }
}
