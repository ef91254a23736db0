// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.Together;

/**
 * libtorrent at the origin and at every member, as processes that run before the clock does; the
 * files are the image's blobs.
 */
final class Torrents implements Contender {
    /** Debian's libtorrent belongs to Debian's Python. */
    private static final String PYTHON = "/usr/bin/python3";

    private final String name;
    private final String mode;
    private final Lab lab;
    private final List<String> members;
    private final int pieceBytes;
    private final Path work;

    /**
     * A way of its own.
     *
     * @param mode what the origin does: {@code seed} or {@code super}
     */
    Torrents(String name, String mode, Lab lab, List<String> members, int pieceBytes, Path work) {
        this.name = name;
        this.mode = mode;
        this.lab = lab;
        this.members = members;
        this.pieceBytes = pieceBytes;
        this.work = work;
    }

    /** Whether this machine has libtorrent. */
    static boolean possible() {
        return Commands.run(
                                java.time.Duration.ofSeconds(20),
                                Map.of(),
                                List.of(PYTHON, "-c", "import libtorrent"))
                        .status()
                == 0;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Attempt prepare(Content content) throws IOException {
        Path folder = Files.createDirectories(work.resolve(mode + content.tag()));
        Path script = folder.resolve("torrent.py");
        try (InputStream in =
                Objects.requireNonNull(Torrents.class.getResourceAsStream("torrent.py"))) {
            Files.copy(in, script);
        }
        Path files = Files.createDirectories(folder.resolve("h0/image"));
        for (Path blob : content.blobs()) {
            Files.createLink(files.resolve(blob.getFileName()), blob);
        }
        Path torrent = folder.resolve("image.torrent");
        Commands.must(
                PYTHON,
                script.toString(),
                "make",
                files.toString(),
                Integer.toString(pieceBytes),
                torrent.toString());
        List<String> all = new ArrayList<>(List.of("h0"));
        all.addAll(members);
        Sessions started = new Sessions(folder);
        try {
            for (String host : all) {
                started.sessions.put(host, new Session(host, all, script, torrent, folder));
            }
            for (Session session : started.sessions.values()) {
                session.expect("ready");
            }
        } catch (IOException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private final class Sessions implements Attempt {
        private final Map<String, Session> sessions = new TreeMap<>();
        private final Path folder;

        Sessions(Path folder) {
            this.folder = folder;
        }

        private Session at(String host) {
            return Objects.requireNonNull(sessions.get(host));
        }

        @Override
        public Map<String, Double> go(double gapSeconds) throws IOException, InterruptedException {
            at("h0").say("go\n");
            return Together.run(
                    members,
                    gapSeconds,
                    host -> {
                        at(host).say("go\n");
                        at(host).expect("done");
                    });
        }

        @Override
        public Map<String, Sources> sources() throws IOException {
            Map<String, Sources> sources = new TreeMap<>();
            for (Session session : sessions.values()) {
                session.in.close();
            }
            for (String host : members) {
                String[] words = at(host).expect("stats").split(" ", -1);
                sources.put(
                        host,
                        new Sources(
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[1]),
                                Double.NaN,
                                Double.NaN));
            }
            return sources;
        }

        @Override
        public void close() throws IOException {
            for (Session session : sessions.values()) {
                session.process.destroyForcibly().onExit().join();
            }
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private final class Session {
        private final String host;
        private final Process process;
        private final Writer in;
        private final BufferedReader out;

        Session(String host, List<String> all, Path script, Path torrent, Path folder)
                throws IOException {
            this.host = host;
            List<String> words = new ArrayList<>(lab.inNetworkOf(host));
            words.addAll(List.of(PYTHON, script.toString(), host.equals("h0") ? mode : "leech"));
            words.add(torrent.toString());
            words.add(Files.createDirectories(folder.resolve(host)).toString());
            words.add(lab.addressOf(host));
            if (!host.equals("h0")) {
                all.stream()
                        .filter(other -> !other.equals(host))
                        .map(lab::addressOf)
                        .forEach(words::add);
            }
            process =
                    new ProcessBuilder(words)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            in = process.outputWriter();
            out = process.inputReader();
        }

        void say(String line) throws IOException {
            in.write(line);
            in.flush();
        }

        String expect(String word) throws IOException {
            String line = out.readLine();
            if (line == null || !line.startsWith(word)) {
                throw new IOException(
                        "libtorrent at " + host + " says '" + line + "', not " + word);
            }
            return line;
        }
    }
}
