// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.peeredge.kernel.api.NodeId;

/** The messages of the discovery, read and written; what comes from outside is checked here. */
final class FindingCodec {
    private FindingCodec() {}

    static int type(Message.Finding message) {
        return switch (message) {
            case Message.Available _ -> Types.AVAILABLE;
            case Message.Find _ -> Types.FIND;
            case Message.Found _ -> Types.FOUND;
            case Message.Lease _ -> Types.LEASE;
        };
    }

    static Message.Finding read(int type, ByteBuffer in) {
        return switch (type) {
            case Types.AVAILABLE -> available(CborFields.read("available", 7, in));
            case Types.FIND -> find(CborFields.read("find", 5, in));
            case Types.FOUND -> found(CborFields.read("found", 3, in));
            default -> lease(CborFields.read("lease", 8, in));
        };
    }

    static void write(Message.Finding message, CborWriter out) {
        switch (message) {
            case Message.Available m ->
                    out.map(7)
                            .key(0)
                            .bytes(bytes(m.about()))
                            .key(1)
                            .number(m.epoch())
                            .key(2)
                            .number(m.version())
                            .key(3)
                            .number(m.since())
                            .key(4)
                            .bytes(bytes(m.added()))
                            .key(5)
                            .bytes(bytes(m.removed()))
                            .key(6)
                            .bytes(m.filter());
            case Message.Find m -> {
                out.map(m.about().isPresent() ? 5 : 4);
                out.key(0).number(m.id()).key(1).number(m.hops()).key(2).number(m.key());
                m.about().ifPresent(node -> out.key(3).bytes(bytes(node)));
                out.key(4).number(m.since());
            }
            case Message.Found m -> {
                out.map(3).key(0).number(m.id());
                MessageWriter.hints(m.holders(), out.key(1));
                MessageWriter.hints(m.trackers(), out.key(2));
            }
            case Message.Lease m -> {
                out.map(m.depth() == 0 ? 7 : 8)
                        .key(0)
                        .bytes(bytes(m.tracker()))
                        .key(1)
                        .number(m.epoch())
                        .key(2)
                        .number(m.stamp())
                        .key(3)
                        .number(m.version())
                        .key(4)
                        .number(m.remainingMillis())
                        .key(5)
                        .number(m.members())
                        .key(6)
                        .texts(m.addresses());
                if (m.depth() != 0) {
                    out.key(7).number(m.depth());
                }
            }
        }
    }

    private static Message.Available available(CborFields f) {
        byte[] filter = f.bytes(6, Limits.MAX_FILTER_BYTES);
        if (Integer.bitCount(filter.length) > 1) {
            throw f.bad(6, filter.length + " bytes are not a power of two");
        }
        return new Message.Available(
                node(f, 0),
                f.number(1, 0, Long.MAX_VALUE),
                f.number(2, 0, Long.MAX_VALUE),
                f.number(3, 0, Long.MAX_VALUE),
                keys(f, 4),
                keys(f, 5),
                filter);
    }

    private static Message.Find find(CborFields f) {
        return new Message.Find(
                f.number(0, Long.MIN_VALUE, Long.MAX_VALUE),
                f.integer(1, 0, Limits.MAX_HOPS),
                f.number(2, Long.MIN_VALUE, Long.MAX_VALUE),
                f.has(3) ? Optional.of(node(f, 3)) : Optional.empty(),
                f.number(4, 0, Long.MAX_VALUE));
    }

    private static Message.Found found(CborFields f) {
        return new Message.Found(
                f.number(0, Long.MIN_VALUE, Long.MAX_VALUE),
                MessageReader.hints(f, 1, Limits.MAX_FOUND),
                MessageReader.hints(f, 2, Limits.MAX_FOUND));
    }

    private static Message.Lease lease(CborFields f) {
        return new Message.Lease(
                node(f, 0),
                f.number(1, 0, Long.MAX_VALUE),
                f.number(2, 0, Long.MAX_VALUE),
                f.number(3, 0, Long.MAX_VALUE),
                f.integer(4, 0, Limits.MAX_LEASE_MILLIS),
                f.integer(5, 0, Integer.MAX_VALUE),
                f.texts(6, Limits.MAX_ADDRESSES, Limits.MAX_ADDRESS_CHARS),
                f.has(7) ? f.integer(7, 0, Limits.MAX_SLICE_BITS) : 0);
    }

    private static NodeId node(CborFields f, int key) {
        byte[] id = f.bytes(key, 20);
        if (id.length != 20) {
            throw f.bad(key, id.length + " bytes are no node id");
        }
        return new NodeId(HexFormat.of().formatHex(id));
    }

    private static long[] keys(CborFields f, int key) {
        byte[] bytes = f.bytes(key, Limits.MAX_KEYS * Long.BYTES);
        if (bytes.length % Long.BYTES != 0) {
            throw f.bad(key, bytes.length + " bytes are not whole keys");
        }
        long[] keys = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(keys);
        return keys;
    }

    private static byte[] bytes(NodeId node) {
        return HexFormat.of().parseHex(node.hex());
    }

    private static byte[] bytes(long[] keys) {
        ByteBuffer out = ByteBuffer.allocate(keys.length * Long.BYTES);
        out.asLongBuffer().put(keys);
        return out.array();
    }
}
