// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.manifest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.tag.Pins;
import org.peeredge.dts.registry.tag.TagAnswers;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.upstream.UpstreamClient.Fetched;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.dts.registry.util.Waits;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings manifests: from the store, from a member, from the upstream, in this order; what came from
 * elsewhere is in the store afterwards. Manifests are blobs there; a media type that the bytes do
 * not tell is kept in the records ({@code m/<digest>}). Blocks. Safe for use by many threads; asked
 * for one manifest by many at once, it is fetched once.
 */
public final class Manifests {
    private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);
    private static final int MAX_BYTES = UpstreamClient.MAX_MANIFEST_BYTES;
    private static final int MAX_SIZES = 65_536;

    private final ContentStore store;
    private final Records records;
    private final Transfers transfers;
    private final UpstreamClient upstream;
    private final Completeness completeness;
    private final StoreWriter writer;
    private final Clock clock;
    private final Duration meshTimeout;
    private final Duration timeout;
    private final Recent<Digest, Long> sizes;
    private final Map<String, CompletableFuture<Manifest>> running = new ConcurrentHashMap<>();

    /** Manifests of this store, these members, these upstreams. */
    public Manifests(
            ContentStore store,
            Transfers transfers,
            UpstreamClient upstream,
            Completeness completeness,
            StoreWriter writer,
            Clock clock,
            RegistrySettings settings) {
        this.store = store;
        this.records = store.records(TagAnswers.RECORDS);
        this.transfers = transfers;
        this.upstream = upstream;
        this.completeness = completeness;
        this.writer = writer;
        this.clock = clock;
        this.meshTimeout = settings.meshTimeout();
        this.timeout = settings.manifestTimeout();
        this.sizes = new Recent<>(clock, MAX_SIZES, Duration.ofHours(24));
    }

    /**
     * A manifest by its digest.
     *
     * @throws NeverException when nobody has it or it is none
     * @throws RetryLaterException when its source is away, or the store is full
     */
    public Manifest load(UpstreamRef repo, Digest digest) {
        Optional<Manifest> here = stored(digest);
        if (here.isPresent()) {
            return here.get();
        }
        CompletableFuture<Manifest> mine = new CompletableFuture<>();
        String key = Repository.text(repo) + "@" + digest;
        CompletableFuture<Manifest> other = running.putIfAbsent(key, mine);
        if (other != null) {
            return Waits.get(other, timeout, "fetching the manifest " + digest);
        }
        try {
            Manifest manifest = fetch(repo, digest);
            mine.complete(manifest);
            return manifest;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(key, mine);
        }
    }

    /** Fetches a manifest by tag from the upstream into the store. */
    public Digest fetchByTag(UpstreamRef repo, String tag) throws IOException {
        Fetched fetched = upstream.getManifest(repo, tag);
        Digest digest = StoreWriter.digest(fetched.bytes(), "sha256");
        keep(repo, digest, fetched);
        return digest;
    }

    /** The length of a blob, where a manifest seen lately says it; else -1. */
    public long sizeBytes(Digest digest) {
        return sizes.get(digest).orElse(-1L);
    }

    /** A manifest that is in the store. */
    public Optional<Manifest> stored(Digest digest) {
        if (!store.has(digest)) {
            return Optional.empty();
        }
        Optional<StoredBlob> found = store.find(digest);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StoredBlob blob = found.get()) {
            if (blob.info().sizeBytes() > MAX_BYTES) {
                throw new NeverException(digest + " is a blob, not a manifest");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) blob.info().sizeBytes());
            blob.read(0, bytes);
            if (bytes.hasRemaining()) {
                throw new IOException("read " + bytes.position() + " bytes of " + bytes.limit());
            }
            return Optional.of(
                    parsed(digest, bytes.array(), declared(digest), blob.info().confined()));
        } catch (IOException e) {
            throw new RetryLaterException(
                    "the store could not read " + digest + "; run dts:store-check", e);
        }
    }

    /** What a manifest names that is in the store; nothing for all else. */
    public Pins.Named named(Digest digest) {
        Optional<ManifestInfo> info;
        try {
            info = stored(digest).map(Manifest::info);
        } catch (NeverException e) {
            LOG.trace("{} names nothing", digest, e);
            info = Optional.empty();
        }
        return new Pins.Named(
                info.map(ManifestInfo::blobs).map(Manifests::digests).orElse(List.of()),
                info.map(ManifestInfo::children).map(Manifests::digests).orElse(List.of()));
    }

    private static List<Digest> digests(List<Descriptor> descriptors) {
        return descriptors.stream().map(Descriptor::digest).toList();
    }

    /** Remembers a media type that the bytes alone do not tell. */
    public void remember(Digest digest, byte[] bytes, String mediaType) {
        if (!ManifestInfo.parse(bytes, "").mediaType().equals(mediaType)) {
            records.put("m/" + digest, mediaType.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Who is slow is better than nobody: members are asked once more, and given the time left. */
    private Manifest fetch(UpstreamRef repo, Digest digest) {
        long now = clock.nanos();
        Optional<Manifest> member = fromMembers(digest, now + meshTimeout.toNanos());
        if (member.isPresent()) {
            return member.get();
        }
        try {
            return fromUpstream(repo, digest);
        } catch (NeverException | RetryLaterException e) {
            return fromMembers(digest, now + timeout.toNanos()).orElseThrow(() -> e);
        }
    }

    private Manifest fromUpstream(UpstreamRef repo, Digest digest) {
        try {
            Fetched fetched = upstream.getManifest(repo, digest.toString());
            if (!StoreWriter.digest(fetched.bytes(), digest.algorithm()).equals(digest)) {
                LOG.warn(
                        "Upstream {} sent something else for manifest {}; nothing of it is kept."
                                + " If this goes on, look at what stands between it and this node",
                        repo.registry(),
                        digest);
                throw new RetryLaterException(
                        "upstream " + repo.registry() + " sent bytes that do not match " + digest);
            }
            return keep(repo, digest, fetched);
        } catch (IOException e) {
            throw new RetryLaterException(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<Manifest> fromMembers(Digest digest, long endNanos) {
        if (!completeness.atMembers(Set.of(digest)).contains(digest)) {
            return Optional.empty();
        }
        Transfers.Content opened;
        try {
            FetchRequest request = new FetchRequest(digest, -1, Optional.empty());
            opened = Waits.get(transfers.open(request), until(endNanos), "a manifest " + digest);
        } catch (NeverException | RetryLaterException e) {
            LOG.debug("No manifest {} from members, who said they had it", digest, e);
            return Optional.empty();
        }
        try (Transfers.Content content = opened) {
            if (content.sizeBytes() > MAX_BYTES) {
                throw new NeverException(digest + " is a blob, not a manifest");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) content.sizeBytes());
            while (bytes.hasRemaining()) {
                int count =
                        Waits.get(
                                content.read(bytes.position(), bytes),
                                until(endNanos),
                                "a member's manifest " + digest);
                if (count == 0) {
                    throw new RetryLaterException("a member's manifest " + digest + " came short");
                }
            }
            return Optional.of(parsed(digest, bytes.array(), declared(digest), content.confined()));
        } catch (RetryLaterException e) {
            LOG.debug("No manifest {} from members", digest, e);
            return Optional.empty();
        }
    }

    private Duration until(long endNanos) {
        return Duration.ofNanos(Math.max(0, endNanos - clock.nanos()));
    }

    private Manifest keep(UpstreamRef repo, Digest digest, Fetched fetched) throws IOException {
        Manifest manifest =
                parsed(digest, fetched.bytes(), fetched.mediaType(), fetched.confined());
        writer.put(digest, fetched.bytes(), fetched.confined());
        remember(digest, fetched.bytes(), manifest.info().mediaType());
        completeness.remember(repo, digest);
        if (!manifest.confined()) {
            offer(digest);
        }
        return manifest;
    }

    /**
     * The engine learns only from us of what did not come through it, and members ask the engine.
     */
    private void offer(Digest digest) {
        transfers
                .publish(digest)
                .whenComplete((done, error) -> {
                    if (error != null) {
                        LOG.warn("Manifest {} is not offered to members", digest, error);
                    }
                });
    }

    private Manifest parsed(Digest digest, byte[] bytes, String declared, boolean confined) {
        ManifestInfo info = ManifestInfo.parse(bytes, declared);
        info.blobs().forEach(blob -> sizes.put(blob.digest(), blob.sizeBytes()));
        return new Manifest(digest, bytes, info, confined);
    }

    private String declared(Digest digest) {
        return records.get("m/" + digest)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
    }
}
