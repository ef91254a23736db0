// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the quick start shows, step by step. Blocks. */
final class Quickstart {
    private static final String REPOSITORY = "quickstart/content";

    private final PrintStream out;
    private final LocalMesh mesh;
    private final Path work;
    private final Table table;

    /** The name of what was pulled first, at a node. */
    private Optional<Reference> shown = Optional.empty();

    /** What was published, where it was a file. */
    private Optional<Descriptor> file = Optional.empty();

    Quickstart(PrintStream out, LocalMesh mesh, Path work) {
        this.out = out;
        this.mesh = mesh;
        this.work = work;
        this.table = new Table(out);
    }

    /**
     * Shows all of it.
     *
     * @param what a file, a folder, an OCI layout or a reference; empty for an image of {@code
     *     archives}
     */
    void run(String what, List<Path> archives) throws IOException, InterruptedException {
        Optional<Path> path = path(what);
        Optional<Reference> reference =
                what.isEmpty() || path.isPresent()
                        ? Optional.empty()
                        : Optional.of(reference(what));
        if (reference.isPresent()) {
            out.println(
                    "No file "
                            + what
                            + " here: pulling the image "
                            + reference.get()
                            + " through the mesh.");
            nodes(Map.of("org.peeredge.dts.registry", reference.get().upstream()));
            fromRegistry(reference.get());
        } else {
            // First the content: what is wrong with it should not have to wait for the nodes.
            if (path.filter(Files::isDirectory).isPresent()) {
                out.println("Reading the folder " + path.get() + " ...");
            }
            Image image =
                    path.isPresent()
                            ? Content.of(path.get(), work)
                            : Image.ofLayers(archives, work);
            file = path.filter(Files::isRegularFile).map(p -> image.blobs().getLast());
            nodes(Map.of());
            Reference name = new Reference("", REPOSITORY, "first");
            publish(what.isEmpty() ? "the distributions" : what, image, name.tag());
            published(name, PullRun.run(edges(), REPOSITORY, name.tag(), pull -> {}));
            shown = Optional.of(name);
        }
        secondPull();
    }

    private static Optional<Path> path(String what) {
        try {
            return what.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Path.of(what)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Reference reference(String what) throws IOException {
        return Reference.parse(what)
                .orElseThrow(() ->
                        new IOException(
                                "there is no file or folder "
                                        + what
                                        + ", and it is not the name of an image either"));
    }

    private void nodes(Map<String, Map<String, String>> config)
            throws IOException, InterruptedException {
        out.println(
                "Starting an origin and two edges, each with its own ports, data and identity ...");
        long begun = System.nanoTime();
        said(mesh.startOrigin(config), "is ready", begun);
        for (NodeProcess edge : mesh.startEdges(2, config)) {
            said(edge, "has joined", begun);
        }
    }

    private void said(NodeProcess node, String what, long begun) {
        out.printf(
                Locale.ROOT,
                "  %s %s after %.1f s (registry 127.0.0.1:%d)%n",
                node.spec().name(),
                what,
                (System.nanoTime() - begun) / 1e9,
                node.spec().ports().registry());
    }

    private List<NodeProcess> edges() {
        return mesh.nodes().subList(1, mesh.nodes().size());
    }

    private void fromRegistry(Reference reference) throws IOException, InterruptedException {
        out.println("Pulling it at both edges at once ...");
        long before = upstreamBytes();
        List<PullRun.Row> rows =
                PullRun.run(edges(), reference.repository(), reference.tag(), pull -> {});
        table.print(rows, reference.registry(), upstreamBytes() - before, "the mesh");
        shown = Optional.of(reference);
    }

    private long upstreamBytes() throws IOException, InterruptedException {
        long sum = 0;
        for (NodeProcess node : mesh.nodes()) {
            sum += PullRun.upstreamBytes(node);
        }
        return sum;
    }

    private void publish(String what, Image image, String tag)
            throws IOException, InterruptedException {
        NodeProcess origin = mesh.nodes().getFirst();
        out.printf(
                Locale.ROOT,
                "Publishing %s at the origin as %s:%s: %d blobs, %.1f MB ...%n",
                what,
                REPOSITORY,
                tag,
                image.blobs().size(),
                image.sizeBytes() / 1e6);
        Path token = origin.spec().home().resolve("data/peeredge/registry/push.token");
        try (RegistryClient client = new RegistryClient(origin.spec().ports().registry())) {
            client.push(REPOSITORY, tag, image, Files.readString(token).strip());
        }
    }

    private void published(Reference name, List<PullRun.Row> rows) {
        long origin = rows.stream().mapToLong(PullRun.Row::originBytes).sum();
        table.print(rows, "the origin", origin, "each other");
        shown = shown.or(() -> Optional.of(name));
    }

    private void secondPull() throws IOException, InterruptedException {
        out.println();
        Reference name = new Reference("", REPOSITORY, "second");
        publish("new random bytes", Content.random(work, new SecureRandom()), name.tag());
        out.println("Pulling it at both edges, changing the routing strategy half way ...");
        List<String> said = new ArrayList<>();
        List<PullRun.Row> rows =
                PullRun.run(
                        edges(),
                        REPOSITORY,
                        name.tag(),
                        pull -> {
                            pull.awaitHalf();
                            said.add(mesh.command("routing:strategy-use --nodes all random"));
                        });
        said.forEach(text -> text.lines().forEach(line -> out.println("  shell> " + line)));
        published(name, rows);
        out.println("The strategy was changed on every node while both pulled; no request failed.");
    }

    /** What to try while the nodes run. */
    void howToGoOn() throws IOException {
        NodeProcess origin = mesh.nodes().getFirst();
        Path key = work.resolve("shell.key");
        mesh.shell().writePrivateKey(key);
        out.println();
        out.println("Pull it with your own client:");
        clients("127.0.0.1:" + mesh.nodes().get(1).spec().ports().registry());
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

    private void clients(String node) {
        String name = shown.orElseThrow().at(node);
        String skopeo = "  skopeo copy --src-tls-verify=false docker://" + name;
        if (file.isPresent()) { // an artifact; the others take nothing but images
            String digest = file.get().digest();
            out.println(skopeo + " dir:/tmp/quickstart");
            String blob = "http://" + node + "/v2/" + REPOSITORY + "/blobs/" + digest;
            out.println("  curl -o /tmp/quickstart.file " + blob);
            return;
        }
        out.println("  podman pull --tls-verify=false " + name);
        out.println(skopeo + " dir:/tmp/quickstart");
        out.println("  ctr images pull --plain-http " + name);
        out.println("  docker pull " + name);
    }
}
