// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;

/**
 * Keeps the symbols of groups that are on their way, and has them restored. A codec is leased for
 * one group at a time and keeps nothing between two: what arrives is decoded by whichever plugin of
 * the type is there then. On the engine's loop, but for the work itself.
 */
final class Decoders {
    private final CodecThreads threads;
    private final GroupDecoder decoder;
    private final BufferPool pool;
    private final Executor loop;
    private final Consumer<Event> events;
    private final Map<Key, Group> groups = new HashMap<>();

    private record Key(Digest digest, int group) {}

    /** One group; {@code over} when nobody waits for it any more. */
    private static final class Group {
        final Symbols symbols;
        boolean decoding;
        boolean over;

        Group(Symbols symbols) {
            this.symbols = symbols;
        }
    }

    /**
     * None yet.
     *
     * @param pool of the memory that symbols wait in
     * @param events takes events, on the loop
     */
    Decoders(
            CodecThreads threads,
            GroupDecoder decoder,
            BufferPool pool,
            Executor loop,
            Consumer<Event> events) {
        this.threads = threads;
        this.decoder = decoder;
        this.pool = pool;
        this.loop = loop;
        this.events = events;
    }

    /** Copies symbols out of a frame; where there is no room for some, they count as lost. */
    void keep(Action.KeepSymbols a, ByteBuffer frame) {
        Group group =
                groups.computeIfAbsent(
                        new Key(a.digest(), a.group()),
                        _ -> new Group(new Symbols(a.codec(), pool)));
        if (!group.decoding) {
            group.symbols.add(a.from(), a.first(), a.which(), frame);
        }
    }

    /** Restores a group on a thread that its codec may keep. */
    void decode(Action.Decode a) {
        Key key = new Key(a.digest(), a.group());
        Group group = groups.get(key);
        if (group == null) {
            events.accept(new Event.GroupUndecoded(a.digest(), a.group(), 0, false));
            return;
        }
        group.decoding = true;
        try {
            threads.execute(
                    () -> {
                        List<Event> results = new ArrayList<>();
                        try {
                            decoder.decode(a, group.symbols, results);
                        } finally {
                            loop.execute(() -> done(key, group, results));
                        }
                    },
                    () -> lost(key, group));
        } catch (RejectedExecutionException e) {
            done(key, group, List.of(failed(key)));
        }
    }

    private static Event failed(Key key) {
        return new Event.GroupUndecoded(key.digest, key.group, 0, false);
    }

    private void done(Key key, Group group, List<Event> results) {
        if (group.over) {
            group.symbols.free();
            return;
        }
        group.decoding = false;
        List<Event> told = results.isEmpty() ? List.of(failed(key)) : results;
        boolean again =
                told.getLast() instanceof Event.GroupUndecoded undecoded && undecoded.more() > 0;
        if (!again) {
            groups.remove(key);
            group.over = true;
            group.symbols.free();
        }
        told.forEach(events);
    }

    /** A codec keeps its thread, and may still read the symbols: their memory is left to it. */
    private void lost(Key key, Group group) {
        if (!group.over) {
            group.over = true;
            groups.remove(key, group);
            events.accept(failed(key));
        }
    }

    /** Forgets a group. */
    void drop(Digest digest, int number) {
        drop(groups.remove(new Key(digest, number)));
    }

    private static void drop(@Nullable Group group) {
        if (group != null && !group.over) {
            group.over = true;
            if (!group.decoding) {
                group.symbols.free();
            }
        }
    }

    /** Forgets all. */
    void close() {
        groups.values().forEach(Decoders::drop);
        groups.clear();
    }
}
