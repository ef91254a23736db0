// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.kernel.api.NodeId;

/**
 * The symbols of one group that have come, in pooled memory, by who sent them. For one thread at a
 * time.
 */
final class Symbols {
    final CodecId codec;
    private final BufferPool pool;
    private final List<Symbol> all = new ArrayList<>();
    private final List<ByteBuffer> buffers = new ArrayList<>();

    /** A symbol and whose it is; its buffer is to be duplicated. */
    record Symbol(int number, NodeId from, ByteBuffer bytes) {}

    Symbols(CodecId codec, BufferPool pool) {
        this.codec = codec;
        this.pool = pool;
    }

    /**
     * Copies symbols out of a frame.
     *
     * @param frame from its first symbol, with the number {@code first}, on
     * @param which of its symbols, counted from the first
     * @return false when there is no memory left for all of them
     */
    boolean add(NodeId from, int first, BitSet which, ByteBuffer frame) {
        int size = codec.symbolBytes();
        for (int i = which.nextSetBit(0); i >= 0; i = which.nextSetBit(i + 1)) {
            int at = frame.position() + i * size;
            int length = Math.min(size, frame.limit() - at);
            if (length <= 0 || !room(length)) {
                return false;
            }
            ByteBuffer last = buffers.getLast();
            ByteBuffer bytes = last.slice(last.position(), length);
            last.put(last.position(), frame, at, length).position(last.position() + length);
            all.add(new Symbol(first + i, from, bytes));
        }
        return true;
    }

    private boolean room(int bytes) {
        if (!buffers.isEmpty() && buffers.getLast().remaining() >= bytes) {
            return true;
        }
        if (bytes > pool.bufferBytes()) {
            return false;
        }
        return pool.take(1).map(taken -> buffers.add(taken[0])).orElse(false);
    }

    List<Symbol> all() {
        return all;
    }

    /** Who sent some. */
    Set<NodeId> senders() {
        Set<NodeId> senders = new LinkedHashSet<>();
        all.forEach(symbol -> senders.add(symbol.from));
        return senders;
    }

    /** How much is here of one. */
    int bytesOf(NodeId sender) {
        return all.stream()
                .filter(symbol -> symbol.from.equals(sender))
                .mapToInt(symbol -> symbol.bytes.remaining())
                .sum();
    }

    /** Who sent what stands, in the order of their coming, at a part of the way through. */
    NodeId sender(int part, int parts) {
        return all.get((2 * part + 1) * all.size() / (2 * parts)).from;
    }

    /** Gives the memory back. */
    void free() {
        buffers.forEach(buffer -> pool.give(buffer));
        buffers.clear();
        all.clear();
    }
}
