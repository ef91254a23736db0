// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepared encoders by group and code, least recently used ones dropped: preparing may cost a whole
 * block, so a stranger must not be able to ask for it over and over. An encoder is closed when it
 * has left the cache and its last use is over, on a thread that a codec may keep. Safe for use by
 * many threads; the lock is not held while encoding.
 */
final class Encoders {
    private static final Logger LOG = LoggerFactory.getLogger(Encoders.class);

    private record Key(Digest digest, int group, CodecId codec) {}

    private final Blobs blobs;
    private final PluginSlots<CodecProvider> codecs;
    private final int maxCached;
    private final CodecThreads threads;

    /** Types that were used: no more than were ever installed. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Plugins that kept a thread: they are not even asked to close what they made. */
    private final Set<CodecProvider> hung =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    private final LinkedHashMap<Key, Use> cached = new LinkedHashMap<>(16, 0.75f, true);

    Encoders(Blobs blobs, PluginSlots<CodecProvider> codecs, int maxCached, CodecThreads threads) {
        this.blobs = blobs;
        this.codecs = codecs;
        this.maxCached = maxCached;
        this.threads = threads;
    }

    /** One cached encoder; {@code users} counts the cache too. */
    private static final class Use {
        final Encoder encoder;
        final CodecProvider provider;
        final String type;
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        private int users = 1;

        Use(Encoder encoder, CodecProvider provider, String type) {
            this.encoder = encoder;
            this.provider = provider;
            this.type = type;
        }

        synchronized boolean enter() {
            if (users == 0) {
                return false;
            }
            users++;
            return true;
        }

        /** Whether nobody uses it any more, nor will. */
        synchronized boolean leave() {
            return --users == 0;
        }
    }

    /**
     * Writes symbols.
     *
     * @param sizeBytes the blob's length
     * @throws NeverException when the codec or the symbols do not exist, or do not fit
     * @throws RetryLaterException when the codec fails, which counts against it, or is being
     *     swapped
     * @throws IOException when the blob cannot be read
     */
    void encode(
            Digest digest,
            long sizeBytes,
            int group,
            CodecId codec,
            int first,
            int count,
            ByteBuffer into)
            throws IOException {
        Optional<Lease<CodecProvider>> found = codecs.lease(codec.type());
        if (found.isEmpty()) {
            throw missing(codec.type());
        }
        known.add(codec.type());
        try (Lease<CodecProvider> lease = found.get()) {
            if ((long) count * codec.symbolBytes() > into.remaining()) {
                throw new NeverException(
                        count + " symbols of " + codec.symbolBytes() + " bytes are too many");
            }
            Key key = new Key(digest, group, codec);
            threads.call(
                    codec.type(),
                    reason -> trip(lease, reason),
                    () -> encode(lease, key, sizeBytes, first, count, into));
            lease.succeeded();
        } catch (IllegalArgumentException e) {
            throw new NeverException(Ingress.message(e), e);
        } catch (NeverException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            found.get().failed(e);
            throw new RetryLaterException("codec '" + codec.type() + "' failed: " + e, e);
        }
    }

    private int encode(
            Lease<CodecProvider> lease,
            Key key,
            long sizeBytes,
            int first,
            int count,
            ByteBuffer into)
            throws IOException {
        int start = into.position();
        Use use = acquire(lease.plugin(), key, sizeBytes);
        try {
            use.encoder.encode(first, count, into);
        } finally {
            left(use);
        }
        // Sent on, a length that cannot be would be held against this node.
        int written = into.position() - start;
        if (written < 1 || written > count * key.codec().symbolBytes()) {
            throw new IllegalStateException(
                    written + " bytes written for " + count + " symbols of " + key.codec());
        }
        return written;
    }

    /** It hangs: whoever removes it does not wait for this use. */
    private void trip(Lease<CodecProvider> lease, String reason) {
        hung.add(lease.plugin());
        lease.trip(reason);
        lease.close();
    }

    private void left(Use use) {
        if (!use.leave()) {
            return;
        }
        try {
            // The plugin has left, or gives it back late: nobody waits for it.
            threads.execute(() -> close(use), () -> use.closed.complete(null));
        } catch (RejectedExecutionException e) {
            LOG.debug("an encoder of codec '{}' stays open", use.type, e);
            use.closed.complete(null);
        }
    }

    private void close(Use use) {
        try {
            if (!hung.contains(use.provider)) {
                threads.call(use.type, reason -> hangs(use, reason), () -> closed(use.encoder));
            }
        } catch (RuntimeException | Error e) {
            // What it holds is not freed, and would be more each time.
            LOG.debug("codec '{}' failed to close an encoder", use.type, e);
            blame(use, lease -> lease.trip("it leaks: an encoder could not be closed: " + e));
        }
        use.closed.complete(null);
    }

    private static Encoder closed(Encoder encoder) {
        encoder.close();
        return encoder;
    }

    private void hangs(Use use, String reason) {
        hung.add(use.provider);
        blame(use, lease -> lease.trip("it leaks: " + reason));
    }

    /** Says something of the plugin that made it, when that is still there. */
    @SuppressWarnings("ReferenceEquality")
    private void blame(Use use, Consumer<Lease<CodecProvider>> how) {
        Optional<Lease<CodecProvider>> lease = codecs.lease(use.type);
        lease.filter(l -> l.plugin() == use.provider).ifPresent(how);
        lease.ifPresent(Lease::close);
    }

    /** A codec that was here is being swapped, and comes again; others never will. */
    private RuntimeException missing(String type) {
        return known.contains(type)
                ? new RetryLaterException("codec '" + type + "' is away; ask again")
                : new NeverException("codec '" + type + "' is not installed here");
    }

    /**
     * Drops what a leaving plugin made.
     *
     * @return completes when all of it is closed, or given up
     */
    CompletableFuture<Void> drop(CodecProvider provider) {
        return dropIf(e -> isOf(e.getValue(), provider))
                .whenComplete((_, _) -> hung.remove(provider));
    }

    /** Drops a blob's encoders: it is gone. */
    void drop(Digest digest) {
        var _ = dropIf(e -> e.getKey().digest().equals(digest));
    }

    /** Drops all. */
    void close() {
        var _ = dropIf(e -> true);
    }

    @SuppressWarnings("ReferenceEquality") // the very object that leaves, not one that equals it
    private static boolean isOf(Use use, CodecProvider provider) {
        return use.provider == provider;
    }

    private CompletableFuture<Void> dropIf(Predicate<Map.Entry<Key, Use>> condition) {
        List<Use> gone = new ArrayList<>();
        synchronized (cached) {
            cached.entrySet()
                    .removeIf(e -> {
                        boolean drop = condition.test(e);
                        if (drop) {
                            gone.add(e.getValue());
                        }
                        return drop;
                    });
        }
        gone.forEach(this::left);
        return CompletableFuture.allOf(
                gone.stream().map(use -> use.closed).toArray(CompletableFuture<?>[]::new));
    }

    private Use acquire(CodecProvider provider, Key key, long sizeBytes) {
        synchronized (cached) {
            Use use = cached.get(key);
            if (use != null && isOf(use, provider) && use.enter()) {
                return use;
            }
        }
        provider.check(key.codec());
        Use made =
                new Use(
                        provider.prepare(key.codec(), source(key, sizeBytes)),
                        provider,
                        key.codec().type());
        if (threads.givenUp()) {
            left(made);
            throw new IllegalStateException("prepared too late");
        }
        made.enter();
        List<Use> gone = new ArrayList<>();
        synchronized (cached) {
            Use before = cached.put(key, made);
            if (before != null) {
                gone.add(before);
            }
            if (cached.size() > maxCached) {
                var eldest = cached.entrySet().iterator();
                gone.add(eldest.next().getValue());
                eldest.remove();
            }
        }
        gone.forEach(this::left);
        return made;
    }

    private GroupSource source(Key key, long sizeBytes) {
        long start = Pieces.offset(sizeBytes, key.group() * Pieces.GROUP_PIECES);
        int size =
                (int)
                        Math.min(
                                (long) Pieces.GROUP_PIECES * Pieces.bytes(sizeBytes),
                                sizeBytes - start);
        return new GroupSource() {
            @Override
            public int sizeBytes() {
                return size;
            }

            @Override
            public void read(int offset, ByteBuffer into) throws IOException {
                while (into.hasRemaining()) {
                    int before = into.position();
                    int n = fromStore(offset, into);
                    if (n <= 0) {
                        throw new IOException(
                                "blob " + key.digest() + " ends at " + (start + offset));
                    }
                    offset += into.position() - before;
                }
            }

            // What goes wrong here is the fault of the store, not of the codec.
            private int fromStore(int offset, ByteBuffer into) throws IOException {
                try {
                    return threads.elsewhere(() -> blobs.read(key.digest(), start + offset, into));
                } catch (RuntimeException e) {
                    throw new IOException(Ingress.message(e), e);
                }
            }
        };
    }
}
