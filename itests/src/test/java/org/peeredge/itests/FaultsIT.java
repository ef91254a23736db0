// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.Damage;
import org.peeredge.itests.lab.Ran;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;

/**
 * Faults that no client may see. In each test two edges hold an image, skopeo, podman, containerd
 * and docker pull it at a third one at the same time, straight from their node with nothing to fall
 * back to, and in the middle of that something breaks. podman, skopeo and docker give up at the
 * first error of a layer.
 */
@Needs(
        lab = true,
        programs = {"podman", "containerd", "ctr", "dockerd", "docker"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsIT {
    private static final String CHANNEL = "org.peeredge.dts.channel.tcp";
    private static final String PULLER = "h3";

    /** The puller's link is the one that binds: the others are faster than the cores. */
    private static final String TOPOLOGY =
            """
            {"defaults": {"host": {"up": "1gbit", "down": "1gbit"}},
             "lans": {"A": {"hosts": {"h0": {}, "h1": {}, "h2": {}, "h3": {"down": "40mbit"}}}}}
            """;

    /** Debian's docker 20.10 cannot unpack zstd. */
    private static final List<Layer> LAYERS =
            List.of(
                    new Layer(17 << 20, Packing.GZIP),
                    new Layer(14 << 20, Packing.GZIP),
                    new Layer(1 << 20, Packing.GZIP));

    @TempDir private static Path folder;
    private Rig rig;
    private List<Client> clients = List.of();

    @BeforeAll
    void start() throws Exception {
        rig = Rig.up(folder, TOPOLOGY, 3);
        clients =
                List.of(
                        new Skopeo(rig.lab(), PULLER, folder.resolve("s")),
                        new Podman(rig.lab(), PULLER, folder.resolve("p")),
                        new Containerd(rig.lab(), PULLER, folder.resolve("c")),
                        new Docker(rig.lab(), PULLER, folder.resolve("d")));
    }

    @AfterAll
    void stop() throws Exception {
        for (Client client : clients) {
            client.close();
        }
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    void aServingPeerIsKilled() throws Exception {
        Pulls pulls = begin(heldByTwo("killed"));
        String server = pulls.awaitServer();
        try {
            rig.mesh().node(server).kill();
            pulls.mustSucceed();
        } finally {
            rig.restart(server);
        }
    }

    @Test
    void theLinkOfAServingPeerIsCut() throws Exception {
        Pulls pulls = begin(heldByTwo("cut"));
        String server = pulls.awaitServer();
        try {
            rig.lab().netlab("cut", server).ok();
            pulls.mustSucceed();
        } finally {
            rig.lab().netlab("join", server).ok();
            rig.awaitConnected();
        }
    }

    @Test
    void aServingPeerHangs() throws Exception {
        Pulls pulls = begin(heldByTwo("hanging"));
        String server = pulls.awaitServer();
        try {
            signal(server, "STOP");
            pulls.mustSucceed();
        } finally {
            signal(server, "CONT");
            rig.awaitConnected();
        }
    }

    /** The last one: the edge with the bad disk is left alone by the others for a long while. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aServingPeerSendsCorruptPieces() throws Exception {
        LabImage image = heldByTwo("corrupt");
        Path blobs = rig.mesh().node("h1").spec().home().resolve("data/peeredge/store/blobs");
        for (String layer : image.layers()) {
            Damage.everyPiece(blobs, layer);
        }
        double before = rig.numbers(PULLER).bad();
        Pulls pulls = begin(image);
        pulls.mustSucceed();
        double bad = rig.numbers(PULLER).bad() - before;
        assertTrue(bad > 0, "no corrupt piece came");
    }

    @Test
    void theOriginGoesAwayWhenItsPiecesAreInTheMesh() throws Exception {
        LabImage during = heldByTwo("origin-leaves");
        LabImage later = heldByTwo("origin-gone", List.of(new Layer(6 << 20, Packing.GZIP)));
        Pulls pulls = begin(during);
        pulls.awaitServer();
        try {
            rig.mesh().node("h0").kill();
            rig.stopUpstream();
            pulls.mustSucceed();
            begin(later).mustSucceed();
        } finally {
            rig.startUpstream();
            rig.restart("h0");
        }
    }

    @Test
    void theStrategyIsSwapped() throws Exception {
        Pulls pulls =
                slowly(
                        "strategy",
                        (running, server) -> {
                            for (String strategy : List.of("random", "network")) {
                                running.mustRun();
                                String said =
                                        rig.mesh()
                                                .command(
                                                        "routing:strategy-use "
                                                                + strategy
                                                                + " --nodes all");
                                long changed =
                                        said.lines().filter(l -> l.endsWith("| changed")).count();
                                assertEquals(4, changed, said);
                            }
                        });
        pulls.mustSucceed();
    }

    @Test
    void theChannelBundleIsRestartedEverywhere() throws Exception {
        Pulls pulls =
                slowly(
                        "channel",
                        (running, server) -> {
                            rig.mesh().command("bundle:restart " + CHANNEL);
                            for (String host : List.of(server, PULLER)) {
                                running.mustRun();
                                Path home = rig.mesh().node(host).spec().home();
                                BundleRestart.of(CHANNEL, home, running::mustRun);
                            }
                        });
        pulls.mustSucceed();
        rig.awaitConnected();
    }

    @Test
    void theNodeOfTheClientIsKilledAndTheNextPullFetchesWhatWasMissing() throws Exception {
        LabImage image = heldByTwo("restarted");
        double before = rig.numbers(PULLER).received();
        Pulls broken = begin(image);
        broken.awaitServer();
        double wanted = image.bytes() * 0.6;
        Condition.await(
                "60 % are here",
                Client.PULL,
                () -> {
                    broken.mustRun();
                    return rig.numbers(PULLER).received() - before >= wanted;
                });
        rig.mesh().node(PULLER).kill();
        for (Ran ran : broken.ended()) {
            assertTrue(ran.status() != 0, "a client got its image from a node that was killed");
        }
        rig.restart(PULLER);
        begin(image).mustSucceed();
        double fetched = rig.numbers(PULLER).received(); // counted from the restart on
        // What was received is written, forced to the disk or not. Some clients take all platforms.
        double most = image.allBytes() - wanted;
        assertTrue(
                fetched <= most,
                () -> "fetched " + fetched + " bytes, but only " + most + " were missing");
    }

    /**
     * Begins pulls, and runs something while they run: on a link that is slow enough for commands
     * of the shell, until these are done.
     */
    private Pulls slowly(String image, Change change) throws Exception {
        LabImage held = heldByTwo(image);
        rig.lab().netlab("set", PULLER, "down=16mbit").ok();
        try {
            Pulls pulls = begin(held);
            change.make(pulls, pulls.awaitServer());
            return pulls;
        } finally {
            rig.lab().netlab("set", PULLER, "down=40mbit").ok();
        }
    }

    private interface Change {
        void make(Pulls running, String server) throws Exception;
    }

    private LabImage heldByTwo(String name) throws Exception {
        return heldByTwo(name, LAYERS);
    }

    /** An image that both serving edges have pulled. */
    private LabImage heldByTwo(String name, List<Layer> layers) throws Exception {
        LabImage image = rig.publish("faults/" + name, layers);
        List<Client> holders =
                List.of(
                        new Skopeo(rig.lab(), "h1", folder.resolve("h1s")),
                        new Skopeo(rig.lab(), "h2", folder.resolve("h2s")));
        new Pulls(rig, holders, image).mustSucceed();
        return image;
    }

    private Pulls begin(LabImage image) {
        return new Pulls(rig, clients, image);
    }

    private void signal(String host, String name) throws IOException {
        ProcessHandle handle = rig.mesh().node(host).handle();
        List<String> words = Words.of(List.of(), "kill", "-" + name, "" + handle.pid());
        handle.descendants().forEach(child -> words.add("" + child.pid()));
        org.peeredge.itests.lab.Commands.run(Duration.ofSeconds(5), Map.of(), words).ok();
    }
}
