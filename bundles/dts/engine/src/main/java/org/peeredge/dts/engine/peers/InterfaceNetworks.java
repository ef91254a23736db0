// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subnets of this machine's interfaces, as they were at the last {@link #refresh}. */
public final class InterfaceNetworks implements LocalNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceNetworks.class);

    private record Subnet(byte[] address, int prefixBits) {
        boolean holds(byte[] other) {
            return other.length == address.length && commonBits(other) >= prefixBits;
        }

        boolean is(byte[] other) {
            return other.length == address.length && commonBits(other) == address.length * 8;
        }

        private int commonBits(byte[] other) {
            for (int i = 0; i < address.length; i++) {
                int differ = (address[i] ^ other[i]) & 0xff;
                if (differ != 0) {
                    return i * 8 + Integer.numberOfLeadingZeros(differ) - 24;
                }
            }
            return address.length * 8;
        }
    }

    private volatile List<Subnet> subnets = List.of();

    /** Looks at the interfaces once. */
    public InterfaceNetworks() {
        look();
    }

    @Override
    public void refresh() {
        look();
    }

    private void look() {
        List<Subnet> found = new ArrayList<>();
        try {
            for (NetworkInterface nif : NetworkInterface.networkInterfaces().toList()) {
                if (nif.isUp()) {
                    for (InterfaceAddress a : nif.getInterfaceAddresses()) {
                        found.add(
                                new Subnet(
                                        a.getAddress().getAddress(), a.getNetworkPrefixLength()));
                    }
                }
            }
            subnets = List.copyOf(found);
        } catch (SocketException e) {
            LOG.debug("interfaces cannot be listed now, the last list stays", e);
        }
    }

    @Override
    public boolean near(String host) {
        return literal(host).map(a -> subnets.stream().anyMatch(s -> s.holds(a))).orElse(false);
    }

    @Override
    public boolean mine(String host) {
        return loopback(host)
                || literal(host).map(a -> subnets.stream().anyMatch(s -> s.is(a))).orElse(false);
    }

    private static Optional<byte[]> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
