// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.peeredge.kernel.api.NodeId;

/**
 * A P-256 key pair in a file of its own: two PEM blocks, PRIVATE KEY (PKCS #8) and PUBLIC KEY.
 *
 * @param id the node that holds the key
 */
public record NodeKey(NodeId id, PrivateKey secret, PublicKey open) {
    private static final int MAX_BYTES = 16 * 1024;

    /** Wraps a pair. */
    public NodeKey(KeyPair pair) {
        this(NodeId.of(pair.getPublic()), pair.getPrivate(), pair.getPublic());
    }

    /**
     * The key in {@code file}; a new one, written there, when there is no such file.
     *
     * @throws org.peeredge.kernel.api.NeverException naming the file, when it is damaged
     */
    public static NodeKey loadOrCreate(Path file) {
        Optional<byte[]> bytes = SafeFiles.readSecret(file, MAX_BYTES);
        if (bytes.isPresent()) {
            return parse(file, bytes.get());
        }
        NodeKey made = new NodeKey(P256.generate());
        SafeFiles.write(file, made.pem().getBytes(US_ASCII));
        return made;
    }

    /** Both blocks. */
    public String pem() {
        return Pem.encode("PRIVATE KEY", secret.getEncoded())
                + Pem.encode("PUBLIC KEY", open.getEncoded());
    }

    /** Reads both blocks; {@code file} is named in the error. */
    public static NodeKey parse(Path file, byte[] text) {
        try {
            List<Pem.Block> blocks = Pem.decode(text);
            if (blocks.size() < 2
                    || !blocks.get(0).label().equals("PRIVATE KEY")
                    || !blocks.get(1).label().equals("PUBLIC KEY")) {
                throw new IllegalArgumentException("it lacks a PRIVATE KEY and a PUBLIC KEY");
            }
            return new NodeKey(P256.decode(blocks.get(0).der(), blocks.get(1).der()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw SafeFiles.damaged(file, String.valueOf(e.getMessage()), e);
        }
    }
}
