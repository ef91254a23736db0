// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

/**
 * The name of content, as in the OCI image specification ("Digests").
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex lower-case hexadecimal hash
 */
public record Digest(String algorithm, String hex) {
    /** Checks algorithm and length. */
    public Digest {
        int digits =
                switch (algorithm) {
                    case "sha256" -> 64;
                    case "sha512" -> 128;
                    default ->
                            throw new IllegalArgumentException(
                                    "unknown digest algorithm '" + algorithm + "'");
                };
        if (hex.length() != digits || !isHex(hex)) {
            throw new IllegalArgumentException(
                    "a "
                            + algorithm
                            + " digest has "
                            + digits
                            + " lower-case hex digits, not '"
                            + hex
                            + "'");
        }
    }

    /** By hand: each message between nodes brings a digest. */
    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Reads {@code algorithm:hex}; throws {@code IllegalArgumentException} for anything else. */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a digest: '" + text + "'");
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The name that {@code java.security.MessageDigest} knows. */
    public String javaAlgorithm() {
        return algorithm.equals("sha256") ? "SHA-256" : "SHA-512";
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
