// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code karaf-distribution/quickstart}: see the README. Arguments: {@code FULL EDGE FULL_TGZ
 * EDGE_TGZ WORK [--exit] [WHAT]}, as the script gives them.
 */
public final class Main {
    private static final String REPOSITORY = "quickstart/content";

    private final PrintStream out;
    private final Path work;
    private final LocalMesh mesh;

    private Main(PrintStream out, Path work, Path full, Path edge) {
        this.out = out;
        this.work = work;
        this.mesh = new LocalMesh(work.resolve("nodes"), full, edge);
    }

    /** Entry point. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(args));
        Path full = Path.of(words.removeFirst());
        Path edge = Path.of(words.removeFirst());
        Path fullTar = Path.of(words.removeFirst());
        Path edgeTar = Path.of(words.removeFirst());
        Path work = Path.of(words.removeFirst());
        boolean exit = words.remove("--exit");
        Main main = new Main(System.out, work, full, edge);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    main.mesh.close();
                                    delete(work);
                                    ended.countDown();
                                },
                                "quickstart-end"));
        int status = 0;
        try {
            main.run(words.isEmpty() ? "" : words.getFirst(), fullTar, edgeTar);
            if (!exit) {
                main.howToGoOn();
                ended.await(); // until Ctrl-C
            }
        } catch (IOException e) {
            main.out.println("\nquickstart failed: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private void run(String what, Path fullTar, Path edgeTar)
            throws IOException, InterruptedException {
        out.println(
                "Starting an origin and two edges, each with its own ports, data and identity ...");
        NodeProcess origin = mesh.startOrigin(Map.of());
        out.println(
                "  origin is ready (registry 127.0.0.1:" + origin.spec().ports().registry() + ")");
        List<NodeProcess> edges = mesh.startEdges(2, Map.of());
        for (NodeProcess e : edges) {
            out.println(
                    "  "
                            + e.spec().name()
                            + " has joined (registry 127.0.0.1:"
                            + e.spec().ports().registry()
                            + ")");
        }
        String repository = REPOSITORY;
        String reference = "first";
        if (what.isEmpty() || Files.exists(Path.of(what))) {
            Image image =
                    what.isEmpty()
                            ? Image.ofLayers(List.of(fullTar, edgeTar), work)
                            : Content.of(Path.of(what), work);
            publish(origin, image, reference);
        } else {
            int colon = what.lastIndexOf(':');
            boolean tagged = colon > what.lastIndexOf('/');
            repository = tagged ? what.substring(0, colon) : what;
            reference = tagged ? what.substring(colon + 1) : "latest";
            out.println("Pulling " + repository + ":" + reference + " through the mesh ...");
        }
        table(PullRun.run(edges, repository, reference, p -> {}));
        secondPull(origin, edges);
    }

    private void publish(NodeProcess origin, Image image, String tag)
            throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "Publishing %s:%s at the origin: %d blobs, %.1f MB ...%n",
                REPOSITORY,
                tag,
                image.blobs().size(),
                image.sizeBytes() / 1e6);
        Path tokenFile = origin.spec().home().resolve("data/peeredge/registry/push.token");
        try (RegistryClient client = new RegistryClient(origin.spec().ports().registry())) {
            client.push(REPOSITORY, tag, image, Files.readString(tokenFile).strip());
        }
    }

    private void secondPull(NodeProcess origin, List<NodeProcess> edges)
            throws IOException, InterruptedException {
        publish(origin, Content.random(work, new SecureRandom()), "second");
        out.println("Pulling it at both edges, changing the routing strategy half way ...");
        List<String> shellOutput = new ArrayList<>();
        PullRun.Result result =
                PullRun.run(
                        edges,
                        REPOSITORY,
                        "second",
                        pull -> {
                            pull.awaitHalf();
                            shellOutput.add(
                                    mesh.command("routing:strategy-use --nodes all random"));
                        });
        shellOutput.forEach(text -> text.lines().forEach(l -> out.println("  shell> " + l)));
        table(result);
        out.println(
                "The strategy was changed on every node in the middle of the pull; no request failed.");
    }

    private void table(PullRun.Result result) {
        out.println();
        out.printf(
                Locale.ROOT,
                "  %-8s %14s %14s %9s %8s  %s%n",
                "node",
                "from origin",
                "from peers",
                "seconds",
                "pieces",
                "digests");
        for (PullRun.Row row : result.rows()) {
            out.printf(
                    Locale.ROOT,
                    "  %-8s %11.1f MB %11.1f MB %9.2f %8d  %d checked%n",
                    row.node(),
                    row.originBytes() / 1e6,
                    row.peerBytes() / 1e6,
                    row.seconds(),
                    row.pieces(),
                    row.digests());
        }
        out.println();
    }

    private void howToGoOn() throws IOException {
        NodeProcess origin = mesh.nodes().getFirst();
        NodeProcess edge = mesh.nodes().get(1);
        int port = edge.spec().ports().registry();
        Path key = work.resolve("shell.key");
        mesh.shell().writePrivateKey(key);
        String ref = "127.0.0.1:" + port + "/" + REPOSITORY + ":first";
        out.println("Pull it with your own client:");
        out.println("  podman pull --tls-verify=false " + ref);
        out.println(
                "  skopeo copy --src-tls-verify=false docker://" + ref + " dir:/tmp/quickstart");
        out.println("  ctr images pull --plain-http " + ref);
        out.println("  docker pull " + ref);
        out.println("Karaf shell of the origin:");
        out.println(
                "  ssh -i "
                        + key
                        + " -p "
                        + origin.spec().ports().ssh()
                        + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
                        + LocalMesh.USER
                        + "@127.0.0.1");
        out.println("Metrics:");
        for (NodeProcess node : mesh.nodes()) {
            out.println(
                    "  "
                            + node.spec().name()
                            + ": http://127.0.0.1:"
                            + node.spec().ports().metrics()
                            + "/metrics");
        }
        out.println("Ctrl-C ends all three nodes and removes what they wrote.");
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path dir, @org.jspecify.annotations.Nullable IOException e)
                                throws IOException {
                            Files.delete(dir);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            System.err.println("could not remove " + folder + ": " + e.getMessage());
        }
    }
}
