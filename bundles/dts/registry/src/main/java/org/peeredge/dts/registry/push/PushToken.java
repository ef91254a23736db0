// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.push;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The secret that lets a client push: 32 random bytes in base64url, in a file that only this node's
 * user can read. Clients show it as password of any user (Basic) or as Bearer token.
 */
public final class PushToken {
    private static final int SECRET_BYTES = 32;
    private static final int MIN_CHARACTERS = 16;
    private static final int MAX_FILE_BYTES = 4096;

    private final byte[] secret;

    private PushToken(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the token, or makes one where there is no file yet. Touches the disk once.
     *
     * @throws IOException when the file cannot be read or made, or holds too short a secret
     */
    public static PushToken at(Path file) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + " is too long for a token");
        }
        String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (secret.length() < MIN_CHARACTERS) {
            throw new IOException(
                    file
                            + " holds a token of fewer than "
                            + MIN_CHARACTERS
                            + " characters; delete it to get a new one");
        }
        return new PushToken(secret);
    }

    private static void create(Path file) throws IOException {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        // Written under another name and moved: a killed node leaves no half token.
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
                fresh,
                (secret + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.WRITE,
                StandardOpenOption.DSYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether the {@code Authorization} lines of a request show the token; in constant time. */
    public boolean shownBy(List<String> authorization) {
        if (authorization.size() != 1) {
            return false;
        }
        String header = authorization.getFirst().strip();
        int space = header.indexOf(' ');
        if (space < 0) {
            return false;
        }
        String value = header.substring(space + 1).strip();
        return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> is(value);
            case "basic" -> basic(value);
            default -> false;
        };
    }

    /** Whether {@code shown} is the token; in constant time. */
    public boolean is(String shown) {
        return same(shown.getBytes(StandardCharsets.UTF_8));
    }

    /** The token, for whoever has shown it. */
    public String secret() {
        return new String(secret, StandardCharsets.UTF_8);
    }

    private boolean basic(String value) {
        byte[] plain;
        try {
            plain = Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            return false;
        }
        String text = new String(plain, StandardCharsets.UTF_8);
        int colon = text.indexOf(':');
        return colon >= 0 && is(text.substring(colon + 1));
    }

    private boolean same(byte[] shown) {
        return MessageDigest.isEqual(secret, shown);
    }
}
