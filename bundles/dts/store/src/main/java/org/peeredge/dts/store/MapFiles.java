// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signed maps as files; {@code docs/protocol/store.md} has the bytes. Not forced to the disk: a map
 * that a power cut damages is found out by its checksum and made or fetched again.
 */
final class MapFiles {
    private static final Logger LOG = LoggerFactory.getLogger(MapFiles.class);
    private static final int MAGIC = 0x50454d50; // "PEMP"
    private static final byte VERSION = 2;
    private static final int HEADER_BYTES = 16;
    private static final int MAX_PART_BYTES = 65_535;

    private final StoreFiles files;

    MapFiles(StoreFiles files) {
        this.files = files;
    }

    void put(SignedMap map) throws IOException {
        Path target = files.map(map.map().digest());
        Path fresh = files.newTrash();
        try {
            StoreFiles.makeParent(target);
            Files.write(fresh, encode(map));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw DiskFull.translate(files.root(), e);
        }
    }

    Optional<SignedMap> get(Digest digest) throws IOException {
        Path path = files.map(digest);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(digest, bytes));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            LOG.debug("store: map of {} is not readable and is dropped", digest, e);
            Files.deleteIfExists(path);
            return Optional.empty();
        }
    }

    void delete(Digest digest) throws IOException {
        Files.deleteIfExists(files.map(digest));
    }

    private static byte[] encode(SignedMap map) {
        byte[] name = map.map().digest().toString().getBytes(StandardCharsets.US_ASCII);
        int size = HEADER_BYTES + 2 + name.length + map.map().leaves().length + 4;
        for (MapSignature s : map.signatures()) {
            size += 4 + s.certificate().length + s.signature().length;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(MAGIC).put(VERSION).put((byte) map.signatures().size()).putShort((short) 0);
        out.putLong(map.map().sizeBytes());
        part(out, name);
        for (MapSignature s : map.signatures()) {
            part(out, s.certificate());
            part(out, s.signature());
        }
        out.put(map.map().leaves());
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    private static SignedMap decode(Digest digest, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC || in.get() != VERSION) {
            throw new IllegalArgumentException("not a map of version " + VERSION);
        }
        if (in.getInt(bytes.length - 4) != crc(bytes, bytes.length - 4)) {
            throw new IllegalArgumentException("wrong checksum");
        }
        int signatures = in.get();
        long size = in.position(8).getLong();
        if (!new String(part(in), StandardCharsets.US_ASCII).equals(digest.toString())) {
            throw new IllegalArgumentException("map of another blob");
        }
        List<MapSignature> all = new ArrayList<>();
        for (int i = 0; i < signatures; i++) {
            all.add(new MapSignature(part(in), part(in)));
        }
        byte[] leaves = new byte[in.remaining() - 4];
        in.get(leaves);
        return new SignedMap(new PieceMap(digest, size, leaves), all);
    }

    private static void part(ByteBuffer out, byte[] bytes) {
        if (bytes.length > MAX_PART_BYTES) {
            throw new IllegalArgumentException(
                    "certificate or signature of " + bytes.length + " bytes");
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    private static byte[] part(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return bytes;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
