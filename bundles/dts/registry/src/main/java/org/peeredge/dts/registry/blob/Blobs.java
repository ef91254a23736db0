// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.manifest.Completeness;
import org.peeredge.dts.registry.manifest.Manifests;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.dts.registry.util.Waits;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.netty.HttpBody;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;

/**
 * Answers HEAD and GET of blobs, bytes untouched. Before the first byte a failure is an answer of
 * its own; afterwards the connection is cut, so that no client takes a part for the whole. Blocks.
 * Safe for use by many threads.
 */
public final class Blobs {
    private static final String TYPE = "application/octet-stream";
    private static final int IDLE_BUFFERS = 8;

    private final Transfers transfers;
    private final UpstreamClient upstream;
    private final StoreWriter store;
    private final Manifests manifests;
    private final Completeness completeness;
    private final Duration timeout;
    private final Duration stall;
    private final Buffers buffers = new Buffers(IDLE_BUFFERS);

    /** Blobs of this store, these members, these upstreams. */
    public Blobs(
            Transfers transfers,
            UpstreamClient upstream,
            StoreWriter store,
            Manifests manifests,
            Completeness completeness,
            RegistrySettings settings) {
        this.transfers = transfers;
        this.upstream = upstream;
        this.store = store;
        this.manifests = manifests;
        this.completeness = completeness;
        this.timeout = settings.blobTimeout();
        this.stall = settings.blobStall();
    }

    /**
     * Answers HEAD.
     *
     * @param pusher whether the request shows the push token: then only what this node holds and
     *     may share counts, since the client asks what it need not upload
     * @param local whether the client is on this machine
     */
    public void head(
            UpstreamRef repo, Digest digest, boolean pusher, boolean local, HttpResponse response)
            throws IOException {
        Optional<BlobInfo> here = store.info(digest);
        if (pusher) {
            here = here.filter(info -> !info.confined());
        }
        if (here.isPresent()) {
            allowed(here.get().confined(), local);
            headers(response, digest);
            response.head(200, here.get().sizeBytes());
            return;
        }
        if (pusher) {
            throw new OciException(404, "BLOB_UNKNOWN", digest + " is not on this node yet");
        }
        long size = sizeElsewhere(repo, digest);
        headers(response, digest);
        response.head(200, size);
    }

    /** Answers GET, whole or one range. */
    public void get(
            UpstreamRef repo,
            Digest digest,
            boolean local,
            HttpRequest request,
            HttpResponse response)
            throws IOException {
        try (Content content = open(repo, digest)) {
            allowed(content.confined(), local);
            long size = content.sizeBytes();
            Range range = Range.of(ranges(request, digest), size);
            headers(response, digest);
            if (range.kind() == Range.Kind.UNSATISFIABLE) {
                response.header("Content-Range", "bytes */" + size);
                response.send(416, new byte[0]);
                return;
            }
            boolean part = range.kind() == Range.Kind.PART;
            if (part) {
                response.header(
                        "Content-Range",
                        "bytes " + range.first() + "-" + range.last() + "/" + size);
            }
            send(content, range, part ? 206 : 200, response);
        }
    }

    private void send(Content content, Range range, int status, HttpResponse response)
            throws IOException {
        if (range.length() == 0) {
            response.send(status, new byte[0]);
            return;
        }
        ByteBuffer buffer = buffers.take();
        BlobReader reader = new BlobReader(transfers, content, stall, buffer);
        try {
            // The first bytes before the status: until they are there, 503 can still be said.
            reader.fill(range.first(), range.last() + 1);
            try (HttpBody body = response.begin(status, range.length())) {
                reader.pass(range.first(), range.last() + 1, body);
            }
        } finally {
            if (!reader.lent()) {
                buffers.give(buffer);
            }
        }
    }

    private Content open(UpstreamRef repo, Digest digest) {
        Optional<UpstreamRef> source = upstream.serves(repo) ? Optional.of(repo) : Optional.empty();
        FetchRequest request = new FetchRequest(digest, manifests.sizeBytes(digest), source);
        return Waits.get(transfers.open(request), timeout, "finding a source of " + digest);
    }

    private long sizeElsewhere(UpstreamRef repo, Digest digest) {
        long said = manifests.sizeBytes(digest);
        boolean members = !completeness.atMembers(Set.of(digest)).isEmpty();
        if (said >= 0 && members) {
            return said;
        }
        if (upstream.serves(repo)) {
            try {
                OptionalLong size = upstream.headBlob(repo, digest);
                if (size.isPresent() || said >= 0) {
                    return size.orElse(said);
                }
            } catch (IOException e) {
                if (!members) {
                    throw new RetryLaterException(String.valueOf(e.getMessage()), e);
                }
            }
        }
        // Nobody says how long it is but who sends it.
        try (Content content = open(repo, digest)) {
            return content.sizeBytes();
        }
    }

    private static List<String> ranges(HttpRequest request, Digest digest) {
        List<String> condition = request.headers("If-Range");
        boolean same = condition.isEmpty() || condition.equals(List.of(etag(digest)));
        return same ? request.headers("Range") : List.of();
    }

    private static void allowed(boolean confined, boolean local) {
        if (confined && !local) {
            throw new OciException(
                    403,
                    "DENIED",
                    "this content was fetched with this node's credentials and is served to"
                            + " clients on this machine only");
        }
    }

    private static void headers(HttpResponse response, Digest digest) {
        response.header("Content-Type", TYPE);
        response.header("Docker-Content-Digest", digest.toString());
        response.header("ETag", etag(digest));
        response.header("Accept-Ranges", "bytes");
    }

    private static String etag(Digest digest) {
        return "\"" + digest + "\"";
    }
}
