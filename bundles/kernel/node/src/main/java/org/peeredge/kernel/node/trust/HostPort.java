// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a door can be reached: {@code host:port}, an IPv6 address in brackets.
 *
 * @param host a name or an address, without brackets, at most 253 characters
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    private static final Pattern TEXT = Pattern.compile("(?:\\[([^]]+)]|([^:\\[\\]]+)):(\\d{1,5})");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%-]{1,253}");

    /** Checks both. */
    public HostPort {
        if (!HOST.matcher(host).matches() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("no host:port: '" + host + ":" + port + "'");
        }
    }

    /** Reads {@code host:port} or {@code [address]:port}. */
    public static HostPort parse(String text) {
        Matcher match = TEXT.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("no host:port: '" + text + "'");
        }
        String bracketed = match.group(1);
        return new HostPort(
                bracketed != null ? bracketed : match.group(2), Integer.parseInt(match.group(3)));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
