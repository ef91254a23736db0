// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.NodeId;

/**
 * What a node shouts into its network; byte table in {@code docs/protocol/engine.md}. A hint and no
 * more: nothing in it is signed, since whoever is dialled has to prove who it is by its
 * certificate, and a false hint costs one dial.
 *
 * @param mesh the first 8 bytes of the mesh id, 16 hex digits
 */
record Beacon(String mesh, NodeId node, List<PeerAddress> addresses) {
    /** Fits an Ethernet frame with room for tunnels. */
    static final int MAX_BYTES = 1200;

    /** Hex digits of the mesh id that a beacon shows. */
    static final int MESH_DIGITS = 16;

    private static final byte[] MAGIC = {'P', 'E', 'D', 'G'};
    private static final byte VERSION = 1;
    private static final byte KIND_HERE = 1;
    private static final int NODE_BYTES = 20;
    private static final int MAX_ADDRESSES = 16;

    /** As many addresses as fit. */
    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        out.put(MAGIC).put(VERSION).put(KIND_HERE);
        out.put(HexFormat.of().parseHex(mesh)).put(HexFormat.of().parseHex(node.hex()));
        int countAt = out.position();
        out.put((byte) 0);
        int count = 0;
        for (PeerAddress address : addresses) {
            byte[] text = address.toString().getBytes(StandardCharsets.US_ASCII);
            if (count < MAX_ADDRESSES && text.length < 256 && out.remaining() > text.length) {
                out.put((byte) text.length).put(text);
                count++;
            }
        }
        return out.put(countAt, (byte) count).flip();
    }

    /** Empty for anything else than a beacon of this version; bytes after it are of a later one. */
    static Optional<Beacon> decode(ByteBuffer in) {
        byte[] magic = new byte[MAGIC.length];
        if (in.remaining() < MAGIC.length + 2 + MESH_DIGITS / 2 + NODE_BYTES + 1) {
            return Optional.empty();
        }
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC) || in.get() != VERSION || in.get() != KIND_HERE) {
            return Optional.empty();
        }
        String mesh = hex(in, MESH_DIGITS / 2);
        NodeId node = new NodeId(hex(in, NODE_BYTES));
        int count = in.get() & 0xff;
        if (count > MAX_ADDRESSES) {
            return Optional.empty();
        }
        List<PeerAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = in.hasRemaining() ? in.get() & 0xff : 256;
            if (in.remaining() < length) {
                return Optional.empty();
            }
            byte[] text = new byte[length];
            in.get(text);
            Gossip.parse(new String(text, StandardCharsets.US_ASCII)).ifPresent(addresses::add);
        }
        return Optional.of(new Beacon(mesh, node, List.copyOf(addresses)));
    }

    private static String hex(ByteBuffer in, int bytes) {
        byte[] out = new byte[bytes];
        in.get(out);
        return HexFormat.of().formatHex(out);
    }
}
