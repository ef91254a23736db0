// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** SHA-256 digests as OCI writes them. */
public final class Digests {
    private Digests() {}

    /** Of bytes. */
    public static String of(byte[] bytes) {
        return text(sha256().digest(bytes));
    }

    /** Of a file. */
    public static String of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    /** Of what a gzip file unpacks to: a layer's diff id. */
    public static String ofGzipContent(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
            return of(in);
        }
    }

    private static String of(InputStream in) throws IOException {
        MessageDigest sha = sha256();
        new DigestInputStream(in, sha).transferTo(OutputStream.nullOutputStream());
        return text(sha.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    static String text(byte[] hash) {
        return "sha256:" + HexFormat.of().formatHex(hash);
    }
}
