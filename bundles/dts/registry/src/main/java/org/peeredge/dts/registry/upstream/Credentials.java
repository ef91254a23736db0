// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.registry.Repository;

/**
 * The operator's credentials for upstreams: a file with a line {@code registry=user:password} each,
 * {@code #} begins a comment. Read again when the file changes, so that a password can be exchanged
 * while the node runs. Safe for use by many threads.
 */
final class Credentials {
    private static final int MAX_FILE_BYTES = 1 << 20;

    private final Optional<Path> file;
    private Map<String, String> basic = Map.of();
    private FileTime read = FileTime.fromMillis(Long.MIN_VALUE);

    Credentials(Optional<Path> file) {
        this.file = file;
    }

    /**
     * The value of an {@code Authorization: Basic} header for a registry.
     *
     * @throws IOException when the file is configured but cannot be read or understood
     */
    synchronized Optional<String> basic(String registry) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        FileTime now = Files.getLastModifiedTime(file.get());
        if (!now.equals(read)) {
            basic = parse(file.get());
            read = now;
        }
        return Optional.ofNullable(basic.get(registry));
    }

    private static Map<String, String> parse(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + " is longer than " + MAX_FILE_BYTES + " bytes");
        }
        Map<String, String> found = new HashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int equals = text.indexOf('=');
            String userAndPassword = text.substring(equals + 1).strip();
            Optional<String> registry =
                    equals < 0
                            ? Optional.empty()
                            : Repository.registry(text.substring(0, equals).strip());
            if (registry.isEmpty() || userAndPassword.indexOf(':') < 1) {
                // The line itself is not shown: it may hold a password.
                throw new IOException(
                        file + ", line " + number + ": must be registry=user:password");
            }
            byte[] plain = userAndPassword.getBytes(StandardCharsets.UTF_8);
            found.put(registry.get(), "Basic " + Base64.getEncoder().encodeToString(plain));
        }
        return Map.copyOf(found);
    }
}
