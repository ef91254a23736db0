// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.manifest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.dts.registry.util.Waits;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rule 1 of a mirror: a manifest is answered only when every blob that it names can be produced,
 * from the store, from a member, or from the upstream. podman fails the whole pull when a blob is
 * missing after its manifest came. Blocks. Safe for use by many threads.
 */
public final class Completeness {
    private static final Logger LOG = LoggerFactory.getLogger(Completeness.class);
    private static final int PARALLEL_HEADS = 8;
    private static final int MAX_KNOWN = 65_536;

    private final ContentStore store;
    private final Transfers transfers;
    private final Mesh mesh;
    private final UpstreamClient upstream;
    private final ExecutorService workers;
    private final Duration meshTimeout;
    private final Duration timeout;
    private final Recent<String, Boolean> producible;

    /** Checks with the store, members, and upstreams; the last on {@code workers}. */
    public Completeness(
            ContentStore store,
            Transfers transfers,
            Mesh mesh,
            UpstreamClient upstream,
            ExecutorService workers,
            Clock clock,
            RegistrySettings settings) {
        this.store = store;
        this.transfers = transfers;
        this.mesh = mesh;
        this.upstream = upstream;
        this.workers = workers;
        this.meshTimeout = settings.meshTimeout();
        this.timeout = settings.manifestTimeout();
        this.producible = new Recent<>(clock, MAX_KNOWN, settings.producedLife());
    }

    /**
     * Passes when every blob of an image, or at least one child of an index, can be produced: a
     * client asks for the child of its own platform, and that one's blobs are checked then.
     *
     * @throws NeverException naming a blob that nobody has
     * @throws RetryLaterException when that cannot be said now, since the upstream is away
     */
    public void check(UpstreamRef repo, Manifest manifest) {
        ManifestInfo info = manifest.info();
        if (!info.index()) {
            Set<Digest> wanted = new HashSet<>();
            info.blobs().stream().filter(b -> !b.foreign()).forEach(b -> wanted.add(b.digest()));
            require(repo, wanted);
            return;
        }
        Set<Digest> children = new HashSet<>();
        info.children().forEach(child -> children.add(child.digest()));
        if (children.isEmpty()
                || children.stream().anyMatch(store::has)
                || known(repo, manifest.digest())
                || !atMembers(children).isEmpty()) {
            return;
        }
        try {
            upstream.headManifest(repo, info.children().getFirst().digest().toString());
        } catch (IOException e) {
            throw new RetryLaterException(String.valueOf(e.getMessage()), e);
        }
        remember(repo, manifest.digest());
    }

    /** Notes that the upstream has just shown that it has something. */
    public void remember(UpstreamRef repo, Digest digest) {
        producible.put(key(repo, digest), true);
    }

    /** Whether it was found producible lately. */
    boolean known(UpstreamRef repo, Digest digest) {
        return producible.get(key(repo, digest)).isPresent();
    }

    /** Which of these a connected member, or this node, has whole. */
    public Set<Digest> atMembers(Set<Digest> wanted) {
        if (wanted.isEmpty() || mesh.members().stream().noneMatch(Member::connected)) {
            return Set.of();
        }
        try {
            return Waits.get(transfers.available(wanted), meshTimeout, "the members' answer");
        } catch (RetryLaterException e) {
            LOG.debug("Members did not say in time what they have", e);
            return Set.of();
        }
    }

    private void require(UpstreamRef repo, Collection<Digest> wanted) {
        Set<Digest> open = new HashSet<>();
        for (Digest digest : wanted) {
            if (!store.has(digest) && !known(repo, digest)) {
                open.add(digest);
            }
        }
        for (Digest digest : atMembers(open)) {
            open.remove(digest);
            remember(repo, digest);
        }
        if (open.isEmpty()) {
            return;
        }
        if (!upstream.serves(repo)) {
            throw new NeverException(
                    "nobody has "
                            + open.iterator().next()
                            + ", which the manifest names, and no upstream is configured for "
                            + repo.registry());
        }
        try {
            headAll(repo, open);
        } catch (NeverException | RetryLaterException e) {
            // A member may have been slow to answer, and is better than nobody.
            open.removeAll(atMembers(open));
            if (!open.isEmpty()) {
                throw e;
            }
        }
    }

    private void headAll(UpstreamRef repo, Set<Digest> open) {
        Semaphore turns = new Semaphore(PARALLEL_HEADS);
        Map<Digest, Callable<Boolean>> tasks = new LinkedHashMap<>();
        for (Digest digest : open) {
            tasks.put(
                    digest,
                    () -> {
                        turns.acquire();
                        try {
                            head(repo, digest);
                            return true;
                        } finally {
                            turns.release();
                        }
                    });
        }
        List<Future<Boolean>> done;
        try {
            done =
                    workers.invokeAll(
                            new ArrayList<>(tasks.values()),
                            timeout.toNanos(),
                            TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetryLaterException("this node is stopping", e);
        }
        judge(done);
    }

    /** Fails for good when one blob is nowhere, whatever the others say. */
    private void judge(List<Future<Boolean>> done) {
        RetryLaterException away = null;
        for (Future<Boolean> one : done) {
            try {
                one.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof NeverException never) {
                    throw never;
                }
                Throwable cause = e.getCause() == null ? e : e.getCause();
                away = new RetryLaterException(String.valueOf(cause.getMessage()), e);
            } catch (CancellationException e) {
                away = new RetryLaterException("checking the manifest's blobs took too long", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RetryLaterException("this node is stopping", e);
            }
        }
        if (away != null) {
            throw away;
        }
    }

    private void head(UpstreamRef repo, Digest digest) {
        try {
            upstream.headBlob(repo, digest);
            remember(repo, digest);
        } catch (IOException e) {
            throw new RetryLaterException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String key(UpstreamRef repo, Digest digest) {
        return Repository.text(repo) + "@" + digest;
    }
}
