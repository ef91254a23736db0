// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.LinkWatch;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Traffic;
import org.peeredge.itests.lab.UpstreamRegistry;

/**
 * A lab with a plain registry at {@code h0}, a mesh whose members are edges at the other hosts, and
 * the other systems beside it.
 *
 * <p>The mesh is founded by a node at {@code h0}: while it runs it is the helper beside the
 * registry; once it is stopped the registry is the only origin, and the members have nobody but
 * each other.
 */
final class Arena implements AutoCloseable {
    static final String PLAIN = "peeredge";
    static final String HELPED = "peeredge + helper";
    static final String BASELINE = "baseline";
    static final String TORRENT = "libtorrent";
    static final String SUPER_SEED = "super-seed";

    /** All of them. */
    static final List<String> SYSTEMS = List.of(HELPED, PLAIN, BASELINE, TORRENT, SUPER_SEED);

    /** Nodes that start at once: more of them wait for each other on few cores. */
    private static final int BATCH = 4;

    private final Path work;
    private final Lab lab;
    private final Scenario scenario;
    private final UpstreamRegistry registry;
    private final LabMesh mesh;
    private final List<String> members;
    private final @Nullable SlowDisk slowDisk;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private int contents;

    private Arena(Scenario scenario, Path work, Lab lab, @Nullable SlowDisk slowDisk)
            throws IOException, InterruptedException {
        this.scenario = scenario;
        this.work = work;
        this.lab = lab;
        this.slowDisk = slowDisk;
        this.members = scenario.topology().members();
        registry = UpstreamRegistry.start(lab.in("h0"), "0.0.0.0", 5000, work.resolve("registry"));
        mesh = new LabMesh(lab, work.resolve("mesh"));
        mesh.startOrigin(Map.of());
        for (int i = 0; i < members.size(); i += BATCH) {
            mesh.startEdges(members.subList(i, Math.min(members.size(), i + BATCH)), Map.of());
        }
        mesh.awaitConnected(members, members.size());
        if (slowDisk != null) {
            slowDisk.limit(scenario.slowDiskBytesPerSecond());
        }
        Path pulled = work.resolve("pulled");
        add(Pulls.through(PLAIN, lab, members, mesh, pulled));
        add(Pulls.through(HELPED, lab, members, mesh, pulled));
        add(Pulls.straight(BASELINE, lab, members, pulled));
        int piece = (int) (256 * 1024 / scenario.factor());
        add(new Torrents(TORRENT, "seed", lab, members, piece, work));
        add(new Torrents(SUPER_SEED, "super", lab, members, piece, work));
    }

    private void add(Contender contender) {
        contenders.put(contender.name(), contender);
    }

    /** Builds it; its nodes are connected with each other and have moved nothing yet. */
    static Arena open(Scenario scenario, Path work) throws IOException, InterruptedException {
        Lab lab = Lab.up(Distribution.root(), scenario.topology());
        SlowDisk slowDisk = null;
        try {
            if (!scenario.slowDisk().isEmpty()) {
                slowDisk = SlowDisk.mount(work.resolve("mesh").resolve(scenario.slowDisk()));
            }
            return new Arena(scenario, work, lab, slowDisk);
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            lab.close();
            if (slowDisk != null) {
                slowDisk.close();
            }
            throw e;
        }
    }

    Lab lab() {
        return lab;
    }

    LabMesh mesh() {
        return mesh;
    }

    /** Ends the helper: from now on the registry is alone. */
    void stopHelper() {
        mesh.node("h0").close();
    }

    /** The nodes of the members, as processes. */
    List<Long> memberPids() {
        return members.stream().map(host -> Cpu.javaPid(mesh.node(host).handle())).toList();
    }

    /** Makes an image and puts it into the plain registry. */
    Content publish(List<Layer> layers) throws IOException {
        return publish(104_729L * ++contents, layers);
    }

    /** Makes an image with given bytes and puts it into the plain registry. */
    Content publish(long seed, List<Layer> layers) throws IOException {
        Content content = Content.make(work.resolve("images"), "t" + ++contents, seed, layers);
        content.push(lab);
        return content;
    }

    /**
     * Lets a system distribute a content that nobody has, and looks at links and cores meanwhile.
     */
    SwarmRun run(String system, int number, Content content, double bytes)
            throws IOException, InterruptedException {
        return run(scenario, system, number, content, bytes);
    }

    /** The same, for the record of a scenario that differs in what is distributed only. */
    SwarmRun run(Scenario as, String system, int number, Content content, double bytes)
            throws IOException, InterruptedException {
        try (Contender.Attempt attempt = contender(system).prepare(content);
                LinkWatch watch = lab.watch();
                CrossTraffic cross = new CrossTraffic(lab, scenario)) {
            TimeUnit.MILLISECONDS.sleep(500); // what prepared it has left the cores
            Machine machine = Machine.watch();
            cross.start();
            Map<String, Double> seconds = attempt.go(scenario.gapSeconds());
            cross.stop();
            Machine.Seen seen = machine.stop();
            Traffic traffic = watch.stop();
            return SwarmRun.of(
                    as, system, number, bytes, seconds, attempt.sources(), traffic, seen);
        }
    }

    /** Lets a system distribute what is not measured. */
    void pull(String system, Content content) throws IOException, InterruptedException {
        try (Contender.Attempt attempt = contender(system).prepare(content)) {
            attempt.go(0);
        }
    }

    private Contender contender(String system) {
        Contender contender = contenders.get(system);
        if (contender == null) {
            throw new IllegalArgumentException("no system " + system);
        }
        return contender;
    }

    /** Forgets what clients have pulled so far. */
    void forgetPulled() {
        Commands.must("rm", "-rf", work.resolve("pulled").toString());
    }

    @Override
    public void close() throws IOException {
        try (slowDisk;
                lab;
                mesh) {
            registry.close();
        }
    }

    /** LANs whose uplinks are counted: those of members, where the origin is elsewhere. */
    static List<String> wans(Topology topology) {
        return topology.apart() ? topology.lanNames() : List.of();
    }
}
