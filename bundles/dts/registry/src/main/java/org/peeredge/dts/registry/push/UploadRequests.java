// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.push;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;

/**
 * Uploads of blobs (OCI distribution specification 1.1, "Pushing blobs"): monolithic by POST or
 * POST and PUT, chunked by PATCH, mounts of blobs that are here. Callers have checked the token.
 * Blocks. Safe for use by many threads.
 */
public final class UploadRequests implements AutoCloseable {
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("(?:bytes\\s+)?([0-9]{1,15})-([0-9]{1,15})(?:/.*)?");

    private final Uploads uploads;
    private final StoreWriter store;
    private final Clock clock;
    private final String defaultUpstream;

    /** Uploads into {@code store}. */
    public UploadRequests(StoreWriter store, Clock clock, RegistrySettings settings) {
        this.uploads = new Uploads(clock, settings);
        this.store = store;
        this.clock = clock;
        this.defaultUpstream = settings.defaultUpstream();
    }

    /** Makes the folder for uploads; blocks on disk. */
    public void prepare() throws IOException {
        uploads.prepare();
    }

    /** Drops uploads that nobody touched for long; cheap when there is nothing to do. */
    public void sweep() {
        uploads.sweep();
    }

    /** How many uploads are open. */
    public int open() {
        return uploads.count();
    }

    /**
     * POST: begins one, or takes a whole blob ({@code digest=}), or mounts one ({@code mount=}).
     */
    public void begin(UpstreamRef repo, HttpRequest request, HttpResponse response)
            throws IOException {
        Optional<String> mount = request.query("mount");
        if (mount.isPresent() && mounted(repo, digest(mount.get()), response)) {
            return;
        }
        Optional<String> digest = request.query("digest");
        Optional<Digest> whole = digest.map(UploadRequests::digest);
        Upload upload = uploads.begin(repo);
        if (whole.isPresent()) {
            try {
                finish(upload, whole.get(), request, response);
            } finally {
                // Nobody was told its name, so nobody could resume it.
                uploads.drop(upload);
            }
            return;
        }
        state(upload, response);
        response.send(202, new byte[0]);
    }

    /** PATCH: appends a chunk. */
    public void append(UpstreamRef repo, String id, HttpRequest request, HttpResponse response)
            throws IOException {
        Upload upload = claimed(repo, id);
        boolean inOrder;
        try {
            inOrder = inOrder(upload, request);
            if (inOrder) {
                upload.append(request);
            }
            state(upload, response);
        } finally {
            upload.release(clock.nanos());
        }
        // Only now: the client's next request may be here as soon as it has the answer.
        response.send(inOrder ? 202 : 416, new byte[0]);
    }

    /** PUT: takes the last chunk, if there is one, checks the digest, and stores the blob. */
    public void finish(UpstreamRef repo, String id, HttpRequest request, HttpResponse response)
            throws IOException {
        String digest =
                request.query("digest")
                        .orElseThrow(() ->
                                new OciException(400, "DIGEST_INVALID", "PUT needs ?digest="));
        finish(uploads.get(repo, id), digest(digest), request, response);
    }

    /** GET: how much of an upload is here. */
    public void status(UpstreamRef repo, String id, HttpResponse response) throws IOException {
        state(uploads.get(repo, id), response);
        response.head(204, -1);
    }

    /** DELETE: gives one up. */
    public void cancel(UpstreamRef repo, String id, HttpResponse response) throws IOException {
        Upload upload = claimed(repo, id);
        try {
            uploads.drop(upload);
        } finally {
            upload.release(clock.nanos());
        }
        response.head(204, -1);
    }

    @Override
    public void close() {
        uploads.close();
    }

    private void finish(Upload upload, Digest digest, HttpRequest request, HttpResponse response)
            throws IOException {
        claim(upload);
        boolean ended = false;
        try {
            if (inOrder(upload, request)) {
                upload.append(request);
                ended = true;
                if (!upload.matches(digest)) {
                    throw new OciException(
                            400,
                            "DIGEST_INVALID",
                            "the " + upload.sizeBytes() + " bytes uploaded are not " + digest);
                }
                store.put(digest, upload.sizeBytes(), false, upload::read);
            } else {
                state(upload, response);
            }
        } finally {
            if (ended) {
                uploads.drop(upload);
            }
            upload.release(clock.nanos());
        }
        if (ended) {
            created(upload.repo(), digest, response);
        } else {
            response.send(416, new byte[0]);
        }
    }

    private boolean mounted(UpstreamRef repo, Digest digest, HttpResponse response)
            throws IOException {
        Optional<BlobInfo> here = store.info(digest).filter(info -> !info.confined());
        if (here.isEmpty()) {
            return false;
        }
        created(repo, digest, response);
        return true;
    }

    private Upload claimed(UpstreamRef repo, String id) {
        Upload upload = uploads.get(repo, id);
        claim(upload);
        return upload;
    }

    private void claim(Upload upload) {
        if (!upload.claim(clock.nanos())) {
            throw new OciException(
                    409, "BLOB_UPLOAD_INVALID", "another request works on this upload now");
        }
    }

    /** Whether a chunk begins where the last one ended; one without a range does by definition. */
    private static boolean inOrder(Upload upload, HttpRequest request) {
        List<String> headers = request.headers("Content-Range");
        if (headers.isEmpty()) {
            return true;
        }
        Matcher range = CONTENT_RANGE.matcher(headers.getFirst().strip());
        if (headers.size() != 1 || !range.matches()) {
            throw new OciException(
                    400, "BLOB_UPLOAD_INVALID", "Content-Range must be <first>-<last>");
        }
        long first = Long.parseLong(range.group(1));
        long length = Long.parseLong(range.group(2)) - first + 1;
        OptionalLong said = request.contentLength();
        if (length < 1 || (said.isPresent() && said.getAsLong() != length)) {
            throw new OciException(
                    400, "SIZE_INVALID", "Content-Range and Content-Length disagree");
        }
        return first == upload.sizeBytes();
    }

    private void state(Upload upload, HttpResponse response) {
        response.header("Location", location(upload.repo(), "blobs/uploads/" + upload.id()));
        response.header("Docker-Upload-UUID", upload.id());
        response.header("Range", "0-" + Math.max(0, upload.sizeBytes() - 1));
    }

    private void created(UpstreamRef repo, Digest digest, HttpResponse response)
            throws IOException {
        response.header("Location", location(repo, "blobs/" + digest));
        response.header("Docker-Content-Digest", digest.toString());
        response.send(201, new byte[0]);
    }

    private String location(UpstreamRef repo, String rest) {
        String ns = repo.registry().equals(defaultUpstream) ? "" : "?ns=" + repo.registry();
        return "/v2/" + repo.repository() + "/" + rest + ns;
    }

    private static Digest digest(String text) {
        try {
            return Digest.parse(text);
        } catch (IllegalArgumentException e) {
            throw new OciException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()), e);
        }
    }
}
