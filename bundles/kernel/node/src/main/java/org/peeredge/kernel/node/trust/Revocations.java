// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list in force and its file. A list from a peer is in force at once and written later: after a
 * crash in between the peers send it again. Safe for use by many threads.
 */
public final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    private final Path file;
    private final PublicKey authority;
    private final Executor writer;
    private final Object fileLock = new Object();
    private volatile @Nullable RevocationList list;
    private long written;

    private Revocations(
            Path file, PublicKey authority, Executor writer, @Nullable RevocationList list) {
        this.file = file;
        this.authority = authority;
        this.writer = writer;
        this.list = list;
    }

    /**
     * Reads the list of the last run.
     *
     * @param writer runs the writing of lists that peers sent, in order
     * @throws NeverException naming the file, when it is damaged
     */
    public static Revocations load(Path file, PublicKey authority, Executor writer) {
        Optional<byte[]> bytes = SafeFiles.read(file, RevocationList.MAX_BYTES);
        try {
            return new Revocations(
                    file,
                    authority,
                    writer,
                    bytes.map(b -> RevocationList.parse(authority, b)).orElse(null));
        } catch (NeverException e) {
            throw new NeverException(
                    file
                            + " is damaged ("
                            + e.getMessage()
                            + "): delete it; the other members send the list again",
                    e);
        }
    }

    /** Whether the list in force names {@code node}. */
    public boolean names(NodeId node) {
        RevocationList now = list;
        return now != null && now.until().containsKey(node);
    }

    /** The list in force. */
    public Optional<RevocationList> current() {
        return Optional.ofNullable(list);
    }

    /** Takes a newer list from outside; whether it was newer. */
    public boolean offer(byte[] bytes) {
        RevocationList offered = RevocationList.parse(authority, bytes);
        if (!advance(offered)) {
            return false;
        }
        try {
            writer.execute(this::writeOrWarn);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing: list {} stays unwritten, peers send it again", offered.number(), e);
        }
        return true;
    }

    /** Puts the authority's own new list in force, on disk when this returns. */
    public void issue(RevocationList issued) {
        synchronized (fileLock) {
            // Written first: a number that was seen outside must never be given to another list.
            SafeFiles.write(file, issued.encoded());
            written = issued.number();
        }
        advance(issued);
    }

    private void writeOrWarn() {
        try {
            write();
        } catch (RetryLaterException e) {
            LOG.warn("The newest revocation list is in force, but: {}", e.getMessage());
        }
    }

    private synchronized boolean advance(RevocationList next) {
        RevocationList now = list;
        if (now != null && next.number() <= now.number()) {
            return false;
        }
        list = next;
        return true;
    }

    private void write() {
        synchronized (fileLock) {
            RevocationList now = list;
            if (now != null && now.number() > written) {
                SafeFiles.write(file, now.encoded());
                written = now.number();
            }
        }
    }
}
