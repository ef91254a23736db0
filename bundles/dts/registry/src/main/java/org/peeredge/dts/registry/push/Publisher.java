// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.push;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.manifest.Descriptor;
import org.peeredge.dts.registry.manifest.ManifestInfo;
import org.peeredge.dts.registry.manifest.Manifests;
import org.peeredge.dts.registry.tag.Pins;
import org.peeredge.dts.registry.tag.TagResolver;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.dts.registry.util.Waits;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.PeerEdgeException;

/**
 * Publishes a manifest (OCI distribution specification 1.1, "Pushing Manifests"): checks it, sees
 * to it that this node holds all that it names, pins that, offers it to the mesh, and only then
 * names it by the tag. Blocks. Safe for use by many threads.
 */
public final class Publisher {
    private final Transfers transfers;
    private final UpstreamClient upstream;
    private final StoreWriter writer;
    private final Manifests manifests;
    private final TagResolver tags;
    private final Pins pins;
    private final Duration timeout;

    /** Publishes what is in the store behind {@code writer}. */
    public Publisher(
            Transfers transfers,
            UpstreamClient upstream,
            StoreWriter writer,
            Manifests manifests,
            TagResolver tags,
            Pins pins,
            RegistrySettings settings) {
        this.transfers = transfers;
        this.upstream = upstream;
        this.writer = writer;
        this.manifests = manifests;
        this.tags = tags;
        this.pins = pins;
        this.timeout = settings.publishTimeout();
    }

    /**
     * Publishes.
     *
     * @param reference a tag, or the manifest's digest
     * @param contentType what the client says it is
     */
    public Digest publish(UpstreamRef repo, String reference, String contentType, byte[] bytes)
            throws IOException {
        Optional<Digest> named = digest(reference);
        String algorithm = named.map(Digest::algorithm).orElse("sha256");
        Digest digest = StoreWriter.digest(bytes, algorithm);
        if (named.isPresent() && !named.get().equals(digest)) {
            throw new OciException(
                    400, "DIGEST_INVALID", "the manifest is " + digest + ", not " + reference);
        }
        ManifestInfo info = parse(bytes, contentType);
        Map<Digest, Descriptor> content = new LinkedHashMap<>();
        info.blobs().stream()
                .filter(blob -> !blob.foreign())
                .forEach(blob -> content.put(blob.digest(), blob));
        info.children().forEach(child -> content.put(child.digest(), child));
        for (Descriptor part : content.values()) {
            here(repo, part, info.index());
        }
        writer.put(digest, bytes, false);
        manifests.remember(digest, bytes, info.mediaType());
        List<Digest> all = new ArrayList<>(content.keySet());
        all.add(digest);
        try (Pins.Publication _ = pins.publication()) {
            pins.pin(digest);
            offer(all);
            if (named.isEmpty()) {
                tags.publish(repo, reference, digest);
            }
        }
        return digest;
    }

    private void offer(List<Digest> all) {
        List<CompletableFuture<Void>> offered = new ArrayList<>();
        for (Digest one : all) {
            offered.add(transfers.publish(one).toCompletableFuture());
        }
        Waits.get(
                CompletableFuture.allOf(offered.toArray(CompletableFuture[]::new)),
                timeout,
                "offering the content to the mesh");
    }

    /**
     * A blob may be missing here although the client saw it: an earlier HEAD without the token is
     * answered for the mesh and the upstream, too. Then it is fetched now.
     */
    private void here(UpstreamRef repo, Descriptor part, boolean child) throws IOException {
        if (!writer.info(part.digest()).isPresent()) {
            fetch(repo, part, child);
        }
        BlobInfo info = writer.info(part.digest()).orElseThrow(() -> unknown(part, "not here"));
        if (info.sizeBytes() != part.sizeBytes()) {
            throw new OciException(
                    400,
                    "MANIFEST_INVALID",
                    part.digest()
                            + " has "
                            + info.sizeBytes()
                            + " bytes, the manifest says "
                            + part.sizeBytes());
        }
        if (info.confined()) {
            throw unknown(part, "only here as a private copy fetched with credentials; upload it");
        }
    }

    private void fetch(UpstreamRef repo, Descriptor part, boolean child) {
        if (child) {
            try {
                manifests.load(repo, part.digest());
            } catch (NeverException e) {
                throw unknown(part, e.getMessage());
            }
            return;
        }
        Optional<UpstreamRef> source = upstream.serves(repo) ? Optional.of(repo) : Optional.empty();
        FetchRequest request = new FetchRequest(part.digest(), part.sizeBytes(), source);
        try (Transfers.Content content =
                Waits.get(transfers.open(request), timeout, "fetching " + part.digest())) {
            Waits.get(content.complete(), timeout, "fetching " + part.digest());
        } catch (PeerEdgeException e) {
            throw unknown(part, e.getMessage());
        }
    }

    private static OciException unknown(Descriptor part, @Nullable String why) {
        return new OciException(
                400,
                "MANIFEST_BLOB_UNKNOWN",
                "push " + part.digest() + " first, which the manifest names: " + why);
    }

    private static ManifestInfo parse(byte[] bytes, String contentType) {
        ManifestInfo info;
        try {
            info = ManifestInfo.parse(bytes, contentType);
        } catch (NeverException e) {
            throw new OciException(400, "MANIFEST_INVALID", String.valueOf(e.getMessage()), e);
        }
        if (!contentType.isEmpty()
                && !contentType.equals("application/json")
                && !contentType.equals(info.mediaType())) {
            throw new OciException(
                    400,
                    "MANIFEST_INVALID",
                    "Content-Type is " + contentType + ", but the manifest is " + info.mediaType());
        }
        return info;
    }

    /** Empty for a tag. */
    private static Optional<Digest> digest(String reference) {
        if (Repository.isTag(reference)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Digest.parse(reference));
        } catch (IllegalArgumentException e) {
            throw new OciException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()), e);
        }
    }
}
