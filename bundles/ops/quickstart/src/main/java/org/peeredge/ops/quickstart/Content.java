// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** Makes an {@link Image} of what the user named. */
final class Content {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long RANDOM_LAYER_BYTES = 32L << 20;

    private Content() {}

    /**
     * The image for {@code path}: the first one of an OCI layout, an image of one layer for a
     * folder, an artifact for a file.
     *
     * @throws IOException when it is none of these, or cannot be read
     */
    static Image of(Path path, Path work) throws IOException {
        if (Files.exists(path.resolve("oci-layout"))) {
            return ofLayout(path);
        }
        if (Files.isDirectory(path)) {
            Path tar = work.resolve("folder.tar.gz");
            // Of a link to a folder, what it links to: walking does not follow it.
            pack(path.toRealPath(), tar);
            return Image.ofLayers(List.of(tar), work);
        }
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + " is neither a file nor a folder");
        }
        return Image.ofFiles(List.of(path), "application/octet-stream", work);
    }

    /** An image of incompressible bytes, new at each call, so that nobody has it. */
    static Image random(Path work, RandomGenerator random) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Path file = work.resolve("random-" + i + ".bin");
            byte[] block = new byte[1 << 20];
            try (OutputStream out = Files.newOutputStream(file)) {
                for (long n = 0; n < RANDOM_LAYER_BYTES / 2; n += block.length) {
                    random.nextBytes(block);
                    out.write(block);
                }
            }
            files.add(file);
        }
        return Image.ofFiles(files, "application/octet-stream", work);
    }

    /** The first image of an OCI image layout. */
    private static Image ofLayout(Path layout) throws IOException {
        JsonNode entry = JSON.createObjectNode();
        byte[] bytes = {};
        JsonNode manifest = JSON.readTree(layout.resolve("index.json").toFile());
        while (manifest.has("manifests")) {
            entry = manifest.path("manifests").path(0);
            bytes = Files.readAllBytes(blob(layout, entry));
            manifest = JSON.readTree(bytes);
        }
        List<Descriptor> blobs = new ArrayList<>();
        blobs.add(descriptor(layout, manifest.path("config")));
        for (JsonNode layer : manifest.path("layers")) {
            blobs.add(descriptor(layout, layer));
        }
        return new Image(blobs, bytes, entry.path("mediaType").asText());
    }

    private static Descriptor descriptor(Path layout, JsonNode json) throws IOException {
        return new Descriptor(
                json.path("mediaType").asText(),
                json.path("digest").asText(),
                json.path("size").asLong(),
                blob(layout, json),
                "");
    }

    private static Path blob(Path layout, JsonNode descriptor) throws IOException {
        String digest = descriptor.path("digest").asText();
        if (!digest.matches("sha(256|512):[0-9a-f]{64,128}")) {
            throw new IOException(layout + " is not an OCI image layout with an image in it");
        }
        Path blob = layout.resolve("blobs").resolve(digest.replace(':', '/'));
        if (!Files.isReadable(blob)) {
            throw new IOException("the OCI layout " + layout + " lacks its blob " + digest);
        }
        return blob;
    }

    private static void pack(Path folder, Path target) throws IOException {
        try (TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(
                                new GzipCompressorOutputStream(
                                        new BufferedOutputStream(Files.newOutputStream(target))));
                Stream<Path> files = Files.walk(folder)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            for (Path file : files.sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (!name.isEmpty()) {
                    add(tar, file, name);
                }
            }
        } catch (UncheckedIOException e) { // a folder inside that may not be read
            throw e.getCause();
        }
    }

    /** Links stay links, as they are; sockets, pipes and devices are left out. */
    private static void add(TarArchiveOutputStream tar, Path file, String name) throws IOException {
        BasicFileAttributes kind =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (kind.isOther()) {
            return;
        }
        if (kind.isSymbolicLink()) {
            TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            link.setLinkName(Files.readSymbolicLink(file).toString());
            link.setModTime(kind.lastModifiedTime());
            tar.putArchiveEntry(link);
        } else {
            tar.putArchiveEntry(new TarArchiveEntry(file, name));
        }
        if (kind.isRegularFile()) {
            Files.copy(file, tar);
        }
        tar.closeArchiveEntry();
    }
}
