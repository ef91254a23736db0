// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a bad disk does to a store. */
public final class Damage {
    /** Of the shortest pieces that nodes exchange, those of a blob of at most 16 MiB. */
    public static final int PIECE_BYTES = 64 << 10;

    private Damage() {}

    /**
     * Flips a byte in each piece of a complete blob, or several where pieces are longer, in place.
     *
     * @param blobs the store's folder of complete blobs
     */
    public static void everyPiece(Path blobs, String digest) throws IOException {
        String hex = digest.substring("sha256:".length());
        Path file = blobs.resolve("sha256").resolve(hex.substring(0, 2)).resolve(hex);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            for (long at = 0; at < channel.size(); at += PIECE_BYTES) {
                channel.read(one.clear(), at);
                one.put(0, (byte) ~one.get(0)).flip();
                channel.write(one, at);
            }
        }
    }
}
