// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.push;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The uploads under way: a bounded number of files in a folder of their own, dropped when nobody
 * touches them. They do not outlive the node. Safe for use by many threads.
 */
final class Uploads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final Path folder;
    private final Clock clock;
    private final int max;
    private final long maxBytes;
    private final Duration expiry;
    private final SecureRandom ids = new SecureRandom();
    private final Map<String, Upload> open = new ConcurrentHashMap<>();

    Uploads(Clock clock, RegistrySettings settings) {
        this.folder = settings.dataDir().resolve("uploads");
        this.clock = clock;
        this.max = settings.maxUploads();
        this.maxBytes = settings.maxUploadBytes();
        this.expiry = settings.uploadExpiry();
    }

    /** Makes the folder, and removes what an earlier run left in it. Blocks on disk. */
    void prepare() throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder)) {
            for (Path file : old) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Begins an upload; {@code RetryLaterException} when there are too many. */
    synchronized Upload begin(UpstreamRef repo) throws IOException {
        sweep();
        if (open.size() >= max) {
            throw new RetryLaterException(
                    max
                            + " uploads are open already; finish or delete some"
                            + " (org.peeredge.dts.registry, uploads.max)");
        }
        byte[] random = new byte[16];
        ids.nextBytes(random);
        String id = HexFormat.of().formatHex(random);
        Upload upload = new Upload(repo, id, folder.resolve(id), maxBytes, clock.nanos());
        open.put(id, upload);
        return upload;
    }

    /** An open upload of a repository. */
    Upload get(UpstreamRef repo, String id) {
        return Optional.ofNullable(open.get(id))
                .filter(upload -> upload.repo().equals(repo))
                .orElseThrow(() ->
                        new OciException(
                                404,
                                "BLOB_UPLOAD_UNKNOWN",
                                "no such upload; it may have expired, begin it again"));
    }

    /** How many are open. */
    int count() {
        return open.size();
    }

    /** Ends one; its file goes. The caller has claimed it. */
    void drop(Upload upload) {
        open.remove(upload.id(), upload);
        try {
            upload.close();
        } catch (IOException e) {
            LOG.warn(
                    "Could not remove the upload {} in {}; remove it by hand",
                    upload.id(),
                    folder,
                    e);
        }
    }

    /** Drops those that nobody touched for long. */
    void sweep() {
        long now = clock.nanos();
        for (Upload upload : open.values()) {
            if (now - upload.touchedNanos() > expiry.toNanos() && upload.claim(now)) {
                LOG.debug("Upload {} expired", upload.id());
                drop(upload);
                upload.release(now);
            }
        }
    }

    @Override
    public void close() {
        open.values().forEach(this::drop);
    }
}
