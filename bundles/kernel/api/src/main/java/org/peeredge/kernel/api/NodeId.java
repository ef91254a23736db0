// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a node: the first 20 bytes of SHA-256 over its public key (X.509
 * SubjectPublicKeyInfo), in lower-case hex. Whoever holds the key is the node; no one hands names
 * out.
 *
 * @param hex 40 lower-case hexadecimal digits
 */
public record NodeId(String hex) implements Comparable<NodeId> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{40}");

    /** Checks the form. */
    public NodeId {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "a node id is 40 lower-case hex digits, not '" + hex + "'");
        }
    }

    /** The name of the node that holds {@code key}. */
    public static NodeId of(PublicKey key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return new NodeId(HexFormat.of().formatHex(hash, 0, 20));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    /** The first eight digits: enough for a log line. */
    public String shortName() {
        return hex.substring(0, 8);
    }

    @Override
    public int compareTo(NodeId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
