// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A link that is paid by volume, as {@code wwan0 price=4.50} or {@code 10.64.0.0/10}.
 *
 * @param link the name of an interface, or a network
 * @param pricePerGigabyte in any currency; 0 when it was not said
 */
public record Metered(String link, double pricePerGigabyte) {
    private static final Pattern FORM =
            Pattern.compile("([^\\s=;]{1,64})(?:\\s+price=([0-9]{1,6}(?:\\.[0-9]{1,6})?))?");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    static Metered parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'" + text.strip() + "' must be like wwan0 price=4.50 or 10.64.0.0/10");
        }
        String link = m.group(1);
        if (link.indexOf('/') >= 0 && network(link).isEmpty()) {
            throw new IllegalArgumentException("'" + link + "' is no network like 10.64.0.0/10");
        }
        return new Metered(link, m.group(2) == null ? 0 : Double.parseDouble(m.group(2)));
    }

    private record Network(byte[] address, int bits) {}

    private static Optional<Network> network(String text) {
        int slash = text.indexOf('/');
        String bits = text.substring(slash + 1);
        if (slash < 0 || !bits.matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        try {
            byte[] address = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
            int count = Integer.parseInt(bits);
            return count > address.length * 8
                    ? Optional.empty()
                    : Optional.of(new Network(address, count));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The first of these that a way goes over. */
    static Optional<Metered> of(List<Metered> all, Way way) {
        return all.stream().filter(m -> m.covers(way)).findFirst();
    }

    /**
     * A way out of this machine.
     *
     * @param interfaceName through which it leaves
     * @param local this machine's address on it
     * @param remote the other end, where one is known
     */
    record Way(String interfaceName, InetAddress local, @Nullable InetAddress remote) {}

    boolean covers(Way way) {
        return network(link)
                .map(n -> holds(n, way.local) || (way.remote != null && holds(n, way.remote)))
                .orElseGet(() -> link.equals(way.interfaceName));
    }

    private static boolean holds(Network n, InetAddress host) {
        byte[] address = host.getAddress();
        if (address.length != n.address.length) {
            return false;
        }
        for (int bit = 0; bit < n.bits; bit++) {
            int mask = 0x80 >>> (bit % 8);
            if (((address[bit / 8] ^ n.address[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
