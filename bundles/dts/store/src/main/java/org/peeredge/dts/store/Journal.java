// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A second copy, as text lines, of the facts that cannot be read back from the blob files: tags and
 * marks. It is read only when the index is lost or behind. Each line is {@code crc seq +|- key
 * [value]}, key and value in base64url; a bad line is left out and counted. Only the index's thread
 * calls it.
 */
final class Journal implements AutoCloseable {
    static final String HEADER = "peeredge store journal 1\n";
    private static final long SMALLEST_WORTH_REWRITING = 1 << 20;

    /** A line that says up to which batch the journal goes, and no fact. */
    private static final String NUMBER = "s";

    private final Path path;
    private @Nullable FileChannel channel;
    private long bytes;
    private long liveBytes;

    Journal(Path path) {
        this.path = path;
    }

    /**
     * What the lines of a journal add up to.
     *
     * @param whole whether it has its header and no bad line
     */
    record Replay(long seq, Map<String, byte[]> facts, int badLines, boolean whole) {}

    /** A change of one fact; an empty value removes it. */
    record Change(String key, byte @Nullable [] value) {}

    /** Reads it; a missing one is empty. */
    static Replay read(Path path) throws IOException {
        Map<String, byte[]> facts = new TreeMap<>();
        long seq = 0;
        int bad = 0;
        String text;
        try {
            text = Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return new Replay(0, facts, 0, false);
        }
        if (!text.startsWith(HEADER)) {
            return new Replay(0, facts, text.isEmpty() ? 0 : 1, false);
        }
        for (String line : text.substring(HEADER.length()).split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            Parsed parsed = parse(line);
            if (parsed == null) {
                bad++;
            } else {
                seq = Math.max(seq, parsed.seq);
                if (parsed.change.value == null) {
                    facts.remove(parsed.change.key);
                } else {
                    facts.put(parsed.change.key, parsed.change.value);
                }
            }
        }
        facts.remove(NUMBER);
        return new Replay(seq, facts, bad, bad == 0);
    }

    /** Adds changes, durably: all of them, or none when it fails. */
    void append(long seq, List<Change> changes) throws IOException {
        FileChannel out = channel;
        if (out == null) {
            out = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = out;
            bytes = out.size();
        }
        ByteBuffer lines = lines(seq, changes);
        long end = bytes;
        try {
            if (end == 0) {
                end += writeAll(out, ascii(HEADER), 0);
            }
            end += writeAll(out, lines, end);
            out.force(false);
        } catch (IOException e) {
            cutBack(out, e);
            throw e;
        }
        bytes = end;
    }

    /** What was refused must not come back with the next start; cutting needs no room. */
    private void cutBack(FileChannel out, IOException why) {
        try {
            out.truncate(bytes);
            out.force(false);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** Whether most of it is about facts that changed since. */
    boolean worthRewriting() {
        return bytes > SMALLEST_WORTH_REWRITING && bytes > 4 * liveBytes;
    }

    /** Replaces it by one line per fact. */
    void rewrite(long seq, Map<String, byte[]> facts) throws IOException {
        close();
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        List<Change> all =
                facts.entrySet().stream().map(e -> new Change(e.getKey(), e.getValue())).toList();
        try (FileChannel out =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long size = writeAll(out, ascii(HEADER), 0);
            size += writeAll(out, lines(seq, List.of(new Change(NUMBER, new byte[0]))), size);
            size += writeAll(out, lines(seq, all), size);
            out.force(true);
            liveBytes = size;
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        Path dir = path.getParent();
        if (dir != null) {
            StoreFiles.sync(dir);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel out = channel;
        channel = null;
        if (out != null) {
            out.close();
        }
    }

    private static long writeAll(FileChannel out, ByteBuffer data, long at) throws IOException {
        long done = 0;
        while (data.hasRemaining()) {
            done += out.write(data, at + done);
        }
        return done;
    }

    private static ByteBuffer lines(long seq, List<Change> changes) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        StringBuilder text = new StringBuilder();
        for (Change change : changes) {
            String key = base64.encodeToString(change.key.getBytes(StandardCharsets.UTF_8));
            String line =
                    change.value == null
                            ? seq + " - " + key
                            : seq + " + " + key + " " + base64.encodeToString(change.value);
            text.append(crc(line)).append(' ').append(line).append('\n');
        }
        return ascii(text.toString());
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private record Parsed(long seq, Change change) {}

    private static @Nullable Parsed parse(String line) {
        String[] word = line.split(" ", -1);
        if (word.length < 4 || !word[0].equals(crc(line.substring(word[0].length() + 1)))) {
            return null;
        }
        try {
            Base64.Decoder base64 = Base64.getUrlDecoder();
            String key = new String(base64.decode(word[3]), StandardCharsets.UTF_8);
            byte[] value = word[2].equals("+") ? base64.decode(word[4]) : null;
            return new Parsed(Long.parseLong(word[1]), new Change(key, value));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    private static String crc(String line) {
        CRC32C crc = new CRC32C();
        crc.update(ascii(line));
        return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
    }
}
