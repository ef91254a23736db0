// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

/**
 * Prepared encoders by group and code, least recently used ones dropped: preparing may cost a whole
 * block, so a stranger must not be able to ask for it over and over. An encoder is closed when it
 * has left the cache and its last use is over. Safe for use by many threads; the lock is not held
 * while encoding.
 */
final class Encoders {
    private record Key(Digest digest, int group, CodecId codec) {}

    private final Blobs blobs;
    private final PluginSlots<CodecProvider> codecs;
    private final int maxCached;

    /** Types that were used: no more than were ever installed. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    private final LinkedHashMap<Key, Use> cached = new LinkedHashMap<>(16, 0.75f, true);

    Encoders(Blobs blobs, PluginSlots<CodecProvider> codecs, int maxCached) {
        this.blobs = blobs;
        this.codecs = codecs;
        this.maxCached = maxCached;
    }

    /** One cached encoder; {@code users} counts the cache too. */
    private static final class Use {
        final Encoder encoder;
        final CodecProvider provider;
        private int users = 1;

        Use(Encoder encoder, CodecProvider provider) {
            this.encoder = encoder;
            this.provider = provider;
        }

        synchronized boolean enter() {
            if (users == 0) {
                return false;
            }
            users++;
            return true;
        }

        synchronized void leave() {
            if (--users == 0) {
                encoder.close();
            }
        }
    }

    /**
     * Writes symbols.
     *
     * @param sizeBytes the blob's length
     * @throws NeverException when the codec or the symbols do not exist
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
            Use use = acquire(lease.plugin(), new Key(digest, group, codec), sizeBytes);
            try {
                use.encoder.encode(first, count, into);
                lease.succeeded();
            } finally {
                use.leave();
            }
        } catch (IllegalArgumentException e) {
            throw new NeverException(Ingress.message(e), e);
        } catch (NeverException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            found.get().failed(e);
            throw new RetryLaterException("codec '" + codec.type() + "' failed: " + e, e);
        }
    }

    /** A codec that was here is being swapped, and comes again; others never will. */
    private RuntimeException missing(String type) {
        return known.contains(type)
                ? new RetryLaterException("codec '" + type + "' is away; ask again")
                : new NeverException("codec '" + type + "' is not installed here");
    }

    /** Drops what a leaving plugin made. */
    void drop(CodecProvider provider) {
        dropIf(e -> isOf(e.getValue(), provider));
    }

    /** Drops a blob's encoders: it is gone. */
    void drop(Digest digest) {
        dropIf(e -> e.getKey().digest().equals(digest));
    }

    /** Drops all. */
    void close() {
        dropIf(e -> true);
    }

    @SuppressWarnings("ReferenceEquality") // the very object that leaves, not one that equals it
    private static boolean isOf(Use use, CodecProvider provider) {
        return use.provider == provider;
    }

    private void dropIf(java.util.function.Predicate<Map.Entry<Key, Use>> condition) {
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
        gone.forEach(Use::leave);
    }

    private Use acquire(CodecProvider provider, Key key, long sizeBytes) {
        synchronized (cached) {
            Use use = cached.get(key);
            if (use != null && isOf(use, provider) && use.enter()) {
                return use;
            }
        }
        provider.check(key.codec());
        Use made = new Use(provider.prepare(key.codec(), source(key, sizeBytes)), provider);
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
        gone.forEach(Use::leave);
        return made;
    }

    private GroupSource source(Key key, long sizeBytes) {
        long start = Pieces.offset(key.group() * Pieces.GROUP_PIECES);
        int size =
                (int) Math.min((long) Pieces.GROUP_PIECES * Pieces.PIECE_BYTES, sizeBytes - start);
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
                    return blobs.read(key.digest(), start + offset, into);
                } catch (RuntimeException e) {
                    throw new IOException(Ingress.message(e), e);
                }
            }
        };
    }
}
