// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

/**
 * Where a member can be reached over one channel type, written {@code type://host:port}.
 *
 * @param type the channel's type, such as {@code tcp}
 * @param host name or address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record PeerAddress(String type, String host, int port) {
    /** Limits the parts: they come from outside. */
    public PeerAddress {
        if (!type.matches("[a-z0-9]{1,16}")
                || host.isEmpty()
                || host.length() > 253
                || host.indexOf('/') >= 0) {
            throw new IllegalArgumentException("peer address '" + type + "://" + host + "'");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port);
        }
    }

    /** Reads the written form; throws {@code IllegalArgumentException} for anything else. */
    public static PeerAddress parse(String text) {
        int scheme = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        if (scheme < 1 || colon <= scheme + 3) {
            throw new IllegalArgumentException("not type://host:port: '" + text + "'");
        }
        String host = text.substring(scheme + 3, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new PeerAddress(
                    text.substring(0, scheme), host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not type://host:port: '" + text + "'", e);
        }
    }

    @Override
    public String toString() {
        return type + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
