// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory that had an owner before: the system gives a page of new memory when it is first touched,
 * which takes longer than to code what fits into it, and each group has a decoder of its own. Kept
 * in chunks as large as what was asked for first; any size is cut from them. Safe for use by many
 * threads.
 */
final class Slabs {
    /** Less is not worth the trouble. */
    private static final long LEAST_BYTES = 16 << 10;

    private final long mostBytes;
    private final List<Chunk> chunks = new ArrayList<>();
    private long bytes;

    /** Keeps at most so many bytes, lent or not; what does not fit has memory of its own. */
    Slabs(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** So many bytes; anything may be in them. */
    Slab lend(long size) {
        Lent lent = size < LEAST_BYTES || size > mostBytes ? null : take(size);
        if (lent == null) {
            return new Slab(Memory.allocate(size), () -> {});
        }
        return new Slab(lent.untilForgotten(size), lent);
    }

    private synchronized @Nullable Lent take(long size) {
        long padded = Math.ceilDiv(size, Memory.ALIGNMENT) * Memory.ALIGNMENT;
        for (Chunk chunk : chunks) {
            long at = chunk.take(padded);
            if (at >= 0) {
                return new Lent(chunk, at, padded);
            }
        }
        if (!roomFor(padded)) {
            return null;
        }
        Chunk made = new Chunk(padded);
        chunks.add(made);
        bytes += padded;
        return new Lent(made, made.take(padded), padded);
    }

    /** What nobody has goes for it. */
    private boolean roomFor(long size) {
        for (int i = 0; i < chunks.size() && bytes + size > mostBytes; ) {
            Chunk chunk = chunks.get(i);
            if (chunk.isIdle()) {
                chunks.remove(i);
                bytes -= chunk.memory.byteSize();
            } else {
                i++;
            }
        }
        return bytes + size <= mostBytes;
    }

    /** Bytes that nobody has. */
    synchronized long idleBytes() {
        return chunks.stream().mapToLong(Chunk::idleBytes).sum();
    }

    /** A piece of a chunk that somebody has; runs to give it back. */
    private final class Lent implements Runnable {
        private final Chunk chunk;
        private final long at;
        private final long size;
        private boolean back;

        Lent(Chunk chunk, long at, long size) {
            this.chunk = chunk;
            this.at = at;
            this.size = size;
        }

        /** It comes back by itself when nothing refers to it any more. */
        @SuppressWarnings("restricted") // a part of memory of our own, for a shorter life
        MemorySegment untilForgotten(long wanted) {
            MemorySegment part = chunk.memory.asSlice(at, wanted);
            try {
                return part.reinterpret(Arena.ofAuto(), gone -> run());
            } catch (IllegalCallerException e) {
                // This JVM lets us call no restricted method: it comes back when it is closed.
                return part;
            }
        }

        @Override
        public void run() {
            synchronized (Slabs.this) {
                if (!back) {
                    back = true;
                    chunk.give(at, size);
                }
            }
        }
    }

    private static final class Chunk {
        final MemorySegment memory;

        /** What nobody has, by where it starts; never two pieces side by side. */
        private long[] starts = new long[8];

        private long[] sizes = new long[8];
        private int pieces = 1;

        Chunk(long size) {
            memory = Memory.allocate(size);
            sizes[0] = size;
        }

        /** From the first piece that is large enough; -1 when none is. */
        long take(long size) {
            int i = 0;
            while (i < pieces && sizes[i] < size) {
                i++;
            }
            if (i == pieces) {
                return -1;
            }
            long at = starts[i];
            starts[i] += size;
            sizes[i] -= size;
            if (sizes[i] == 0) {
                move(i + 1, i);
            }
            return at;
        }

        void give(long at, long size) {
            int i = 0;
            while (i < pieces && starts[i] < at) {
                i++;
            }
            int from = i > 0 && starts[i - 1] + sizes[i - 1] == at ? i - 1 : i;
            int to = i < pieces && at + size == starts[i] ? i + 1 : i;
            long start = from < i ? starts[from] : at;
            long end = i < to ? starts[i] + sizes[i] : at + size;
            move(to, from + 1);
            starts[from] = start;
            sizes[from] = end - start;
        }

        /** Moves the pieces from {@code to} on, so that they begin with {@code then}. */
        private void move(int to, int then) {
            int behind = pieces - to;
            if (then + behind > starts.length) {
                starts = Arrays.copyOf(starts, 2 * starts.length);
                sizes = Arrays.copyOf(sizes, 2 * sizes.length);
            }
            System.arraycopy(starts, to, starts, then, behind);
            System.arraycopy(sizes, to, sizes, then, behind);
            pieces = then + behind;
        }

        boolean isIdle() {
            return sizes[0] == memory.byteSize() && pieces == 1;
        }

        long idleBytes() {
            return Arrays.stream(sizes, 0, pieces).sum();
        }
    }
}
