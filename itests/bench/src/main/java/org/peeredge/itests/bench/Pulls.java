// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.Together;

/**
 * skopeo at every member, into an OCI layout on its disk: from the node beside it, or straight from
 * the plain registry. It checks what it takes, and takes no layer that the layout has. Files are
 * taken by curl, as many at once as container clients take layers, and checked by sha256sum.
 */
final class Pulls implements Contender {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** Takes what file {@code $0} lists into the folder that it is in. */
    private static final String FILES =
            """
            cd "$(dirname "$0")" && curl -sSf --parallel --parallel-max 6 --config "$0" && sha256sum --quiet --check sums
            """;

    private static final String RECEIVED =
            "peeredge_dts_engine_received_bytes_total{source=\"%s\"}";

    private final String name;
    private final Lab lab;
    private final List<String> members;
    private final String registry;
    private final @org.jspecify.annotations.Nullable LabMesh mesh;
    private final Path work;

    private Pulls(
            String name,
            Lab lab,
            List<String> members,
            String registry,
            @org.jspecify.annotations.Nullable LabMesh mesh,
            Path work) {
        this.name = name;
        this.lab = lab;
        this.members = members;
        this.registry = registry;
        this.mesh = mesh;
        this.work = work;
    }

    /** Through the nodes of a mesh. */
    static Pulls through(String name, Lab lab, List<String> members, LabMesh mesh, Path work) {
        return new Pulls(name, lab, members, "127.0.0.1:7450", mesh, work);
    }

    /** Straight from the plain registry at {@code h0}. */
    static Pulls straight(String name, Lab lab, List<String> members, Path work) {
        return new Pulls(name, lab, members, lab.addressOf("h0") + ":5000", null, work);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Attempt prepare(Content content) throws IOException {
        Map<String, Sources> before = counted();
        return new Attempt() {
            @Override
            public Map<String, Double> go(double gapSeconds) throws InterruptedException {
                return Together.run(members, gapSeconds, host -> pull(host, content));
            }

            @Override
            public Map<String, Sources> sources() {
                Map<String, Sources> after = counted();
                after.replaceAll((host, now) -> less(now, before.get(host)));
                return after;
            }

            @Override
            public void close() {
                // what was pulled stays for the next version of the image; the arena removes it
            }
        };
    }

    /**
     * One member's pull.
     *
     * @throws AssertionError if the client fails
     */
    void pull(String host, Content content) throws IOException {
        List<String> words = new ArrayList<>(lab.inNetworkOf(host));
        if (content.files()) {
            words.addAll(List.of("sh", "-c", FILES, list(host, content).toString()));
            Commands.run(TIMEOUT, Map.of(), words).ok();
            return;
        }
        Path layout = Files.createDirectories(work.resolve(name)).resolve(host);
        words.addAll(List.of("skopeo", "copy", "--quiet", "--src-tls-verify=false"));
        words.add("docker://" + registry + "/" + Content.REPOSITORY + ":" + content.tag());
        words.add("oci:" + layout + ":" + content.tag());
        Commands.run(TIMEOUT, Map.of(), words).ok();
    }

    /** Writes curl's list, and the sums to check by. */
    private Path list(String host, Content content) throws IOException {
        Path folder = Files.createDirectories(work.resolve(name).resolve(host + content.tag()));
        StringBuilder list = new StringBuilder();
        StringBuilder sums = new StringBuilder();
        for (Path blob : content.blobs()) {
            String hash = blob.getFileName().toString();
            list.append(
                    "url = http://%s/v2/%s/blobs/sha256:%s%noutput = %s%n"
                            .formatted(registry, Content.REPOSITORY, hash, hash));
            sums.append(hash).append("  ").append(hash).append('\n');
        }
        Files.writeString(folder.resolve("sums"), sums);
        return Files.writeString(folder.resolve("list"), list);
    }

    private Map<String, Sources> counted() {
        Map<String, Sources> counted = new HashMap<>();
        for (String host : members) {
            if (mesh == null) {
                counted.put(host, Sources.UNKNOWN);
                continue;
            }
            String text = mesh.metrics(host);
            counted.put(
                    host,
                    new Sources(
                            LabMesh.value(text, "peeredge_dts_engine_wasted_bytes_total"),
                            LabMesh.value(text, RECEIVED.formatted("peer")),
                            LabMesh.value(text, RECEIVED.formatted("origin")),
                            LabMesh.value(text, RECEIVED.formatted("upstream"))));
        }
        return counted;
    }

    private static Sources less(Sources now, @org.jspecify.annotations.Nullable Sources before) {
        return before == null
                ? now
                : new Sources(
                        now.wasted() - before.wasted(),
                        now.peers() - before.peers(),
                        now.origin() - before.origin(),
                        now.upstream() - before.upstream());
    }
}
