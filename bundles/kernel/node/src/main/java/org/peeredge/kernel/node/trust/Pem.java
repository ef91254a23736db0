// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Textual encoding of keys and certificates (RFC 7468), as openssl reads and writes it. */
public final class Pem {
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    /** One block. */
    public record Block(String label, byte[] der) {}

    /** The text of one block. */
    public static String encode(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + ENCODER.encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /**
     * All blocks in order; text between them is left out.
     *
     * @throws IllegalArgumentException for a block that is cut short or is no base64
     */
    public static List<Block> decode(byte[] text) {
        List<Block> blocks = new ArrayList<>();
        String label = "";
        StringBuilder body = new StringBuilder();
        for (String line : new String(text, US_ASCII).lines().map(String::strip).toList()) {
            if (line.startsWith("-----BEGIN ") && line.endsWith("-----") && label.isEmpty()) {
                label = line.substring(11, line.length() - 5);
                body.setLength(0);
            } else if (!label.isEmpty() && line.equals("-----END " + label + "-----")) {
                blocks.add(new Block(label, Base64.getDecoder().decode(body.toString())));
                label = "";
            } else if (!label.isEmpty()) {
                body.append(line);
            }
        }
        if (!label.isEmpty()) {
            throw new IllegalArgumentException("the block " + label + " has no end");
        }
        return blocks;
    }
}
