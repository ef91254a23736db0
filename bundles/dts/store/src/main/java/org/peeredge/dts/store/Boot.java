// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The start of this machine. What a process wrote is in the kernel's memory until it is forced: it
 * outlives the process, and is lost with the machine.
 */
final class Boot {
    private static final UUID UNKNOWN = new UUID(0, 0);

    /** The kernel's name for it (proc(5), random/boot_id); all zero where a kernel has none. */
    static final UUID ID = read(Path.of("/proc/sys/kernel/random/boot_id"));

    private Boot() {}

    /** Whether the machine has been up since the start with this name. */
    static boolean lasts(UUID boot) {
        return boot.equals(ID) && !boot.equals(UNKNOWN);
    }

    private static UUID read(Path file) {
        try {
            return UUID.fromString(Files.readString(file).strip());
        } catch (IOException | IllegalArgumentException e) {
            org.slf4j.LoggerFactory.getLogger(Boot.class)
                    .debug("store: no name of the machine's start in {}", file, e);
            return UNKNOWN;
        }
    }
}
