// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.peeredge.itests.lab.Commands;

/**
 * A file system of its own at a folder, whose device takes only so many bytes a second: what is
 * written there is fast until the page cache must be flushed, as on a memory card. Needs the block
 * controller of cgroup v1, which is the one that throttles the kernel's own writing.
 */
final class SlowDisk implements AutoCloseable {
    private static final Path THROTTLE =
            Path.of("/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device");

    private final Path folder;
    private final String device;

    private SlowDisk(Path folder, String device) {
        this.folder = folder;
        this.device = device;
    }

    static boolean possible() {
        return Files.isWritable(THROTTLE) && Commands.has("mkfs.ext4") && Commands.has("findmnt");
    }

    /** Mounts it, without a limit as yet. */
    static SlowDisk mount(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path image = folder.resolveSibling(folder.getFileName() + ".disk");
        Commands.must("truncate", "-s", "2G", image.toString());
        Commands.must("mkfs.ext4", "-q", "-F", image.toString());
        Commands.must("mount", "-o", "loop", image.toString(), folder.toString());
        try {
            String loop = Commands.must("findmnt", "-n", "-o", "SOURCE", folder.toString()).strip();
            String name = Path.of(loop).getFileName().toString();
            String number = Files.readString(Path.of("/sys/block/" + name + "/dev")).strip();
            return AtEnd.add(new SlowDisk(folder, number));
        } catch (IOException | RuntimeException | AssertionError e) {
            Commands.must("umount", folder.toString());
            throw e;
        }
    }

    /** Limits what is written from now on. */
    void limit(long bytesPerSecond) throws IOException {
        Files.writeString(THROTTLE, device + " " + bytesPerSecond);
    }

    @Override
    public void close() throws IOException {
        AtEnd.remove(this);
        try {
            limit(0);
        } finally {
            Commands.must("umount", folder.toString());
        }
    }
}
