// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.TestImage;
import org.peeredge.itests.lab.UpstreamRegistry;

/**
 * A mesh in a lab with Debian's docker-registry behind it: origin and registry at {@code h0}, other
 * members, mostly edges, at the other hosts.
 */
final class Rig implements AutoCloseable {
    private static final Duration CONNECTED = Duration.ofSeconds(60);

    private final Path work;
    private final Lab lab;
    private final LabMesh mesh;
    private final int members;
    private UpstreamRegistry upstream;

    private Rig(Path work, Lab lab, int members) throws IOException {
        this.work = work;
        this.lab = lab;
        this.members = members;
        upstream = UpstreamRegistry.start(lab.in("h0"), "0.0.0.0", 5000, storage());
        mesh = new LabMesh(lab, work.resolve("mesh"));
    }

    /**
     * Builds it and waits until every edge knows every other node.
     *
     * @param work where everything goes; must exist
     * @param topology of one LAN, for netlab
     */
    static Rig up(Path work, String topology, int edges) throws Exception {
        return up(work, topology, edges, (mesh, hosts) -> mesh.startEdges(hosts, Map.of()));
    }

    /** The same with members that have all of the full assembly, and a shell. */
    static Rig upServers(Path work, String topology, int servers) throws Exception {
        return up(work, topology, servers, (mesh, hosts) -> mesh.startServers(hosts, Map.of()));
    }

    private interface Start {
        void at(LabMesh mesh, List<String> hosts) throws IOException;
    }

    private static Rig up(Path work, String topology, int members, Start start) throws Exception {
        Lab lab = Lab.up(Distribution.root(), topology);
        try {
            Rig rig = new Rig(work, lab, members);
            rig.mesh.startOrigin(Map.of());
            start.at(rig.mesh, hosts(1, members));
            rig.awaitConnected();
            return rig;
        } catch (Exception | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    Lab lab() {
        return lab;
    }

    LabMesh mesh() {
        return mesh;
    }

    Path work() {
        return work;
    }

    /** Waits until every node is connected with every other one. */
    void awaitConnected() throws Exception {
        mesh.awaitConnected(hosts(0, members), members, CONNECTED);
    }

    private static List<String> hosts(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(n -> "h" + n).toList();
    }

    /** Starts a node again that was killed or closed, and waits until all are connected. */
    void restart(String host) throws Exception {
        mesh.node(host).restart();
        mesh.awaitReady(host);
        awaitConnected();
    }

    /** Makes an image of random layers and puts it into the plain registry behind the mesh. */
    LabImage publish(String repository, List<TestImage.Layer> layers) throws IOException {
        LabImage image = image(repository, layers);
        publish(image, "--preserve-digests");
        return image;
    }

    /**
     * Makes an image and puts it into the plain registry as Docker's schema 2: a manifest list and
     * its manifests, with digests of their own.
     */
    void publishAsSchema2(String repository, List<TestImage.Layer> layers) throws IOException {
        publish(image(repository, layers), "--format=v2s2");
    }

    private void publish(LabImage image, String option) {
        List<String> words = Words.of(lab.inNetworkOf("h0"), "skopeo", "copy", "--all", option);
        words.addAll(List.of("--quiet", "--dest-tls-verify=false"));
        words.add("oci:" + image.layout() + ":1");
        words.add("docker://" + upstreamAtHome() + "/" + image.repository() + ":1");
        Commands.run(Duration.ofMinutes(1), Map.of(), words).ok();
    }

    /** Where the plain registry is for programs in {@code h0}. */
    String upstreamAtHome() {
        return "127.0.0.1:" + upstream.port();
    }

    /** What the plain registry keeps. */
    Path storage() {
        return work.resolve("registry");
    }

    /** Makes an image and puts it nowhere. */
    LabImage image(String repository, List<TestImage.Layer> layers) throws IOException {
        Path layout = Files.createDirectories(work.resolve("images/" + repository));
        return new LabImage(
                repository, layout, TestImage.write(layout, repository.hashCode(), layers));
    }

    /** A node's metrics as they are now. */
    Numbers numbers(String host) {
        List<String> words = Words.of(lab.inNetworkOf(host), "curl", "-fsS", "-m", "10");
        words.add("http://127.0.0.1:7460/metrics");
        return Numbers.of(Commands.run(Duration.ofSeconds(15), Map.of(), words).ok().output());
    }

    /** Ends the plain registry. */
    void stopUpstream() {
        upstream.close();
    }

    /** Starts the plain registry again, with what it had. */
    void startUpstream() throws IOException {
        upstream = UpstreamRegistry.start(lab.in("h0"), "0.0.0.0", 5000, storage());
    }

    @Override
    public void close() {
        try (lab;
                mesh) {
            hosts(0, members).parallelStream().map(mesh::node).forEach(TestNodes::end);
            upstream.close();
        }
    }
}
