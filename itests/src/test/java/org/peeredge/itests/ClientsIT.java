// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.RegistryCalls.Reply;
import org.peeredge.itests.lab.Ran;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.ops.quickstart.Digests;

/**
 * Real clients pull through the nodes beside them: an origin with Debian's docker-registry and two
 * edges, each in a network namespace, each client configured as {@code docs/operators.md} says.
 */
@Tag("beside")
@Needs(lab = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClientsIT {
    private static final List<Layer> MIXED =
            List.of(
                    new Layer(3_000_000, Packing.GZIP),
                    new Layer(2_000_000, Packing.ZSTD),
                    new Layer(500_000, Packing.GZIP));

    /** Debian's docker 20.10 cannot unpack zstd. */
    private static final List<Layer> GZIP =
            List.of(
                    new Layer(3_000_000, Packing.GZIP),
                    new Layer(2_000_000, Packing.GZIP),
                    new Layer(500_000, Packing.GZIP));

    private static final String SCHEMA2 = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String SCHEMA2_LIST =
            "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private final Map<String, Docker> dockers = new HashMap<>();
    private Rig rig;

    @BeforeAll
    void start() throws Exception {
        rig = Rig.up(folder, "{\"lans\": {\"A\": {\"hosts\": 3}}}", 2);
    }

    @AfterAll
    void stop() {
        dockers.values().parallelStream().forEach(Docker::close);
        if (rig != null) {
            rig.close();
        }
    }

    /** dockerd takes seconds to start and to end: one at an edge for all tests. */
    private Docker docker(String host) throws Exception {
        Docker docker = dockers.get(host);
        if (docker == null) {
            docker = new Docker(rig.lab(), host, folder.resolve("docker-" + host));
            dockers.put(host, docker);
        }
        return docker;
    }

    @Test
    void skopeoCopiesEveryArchitecture() throws Exception {
        LabImage image = rig.publish("library/skopeo", MIXED);
        try (Client first = new Skopeo(rig.lab(), "h1", folder.resolve("s1"));
                Client second = new Skopeo(rig.lab(), "h2", folder.resolve("s2"))) {
            pullsAndTheSecondAsksNoRegistry(image, first, second);
        }
    }

    @Test
    @Needs(programs = "podman")
    void podmanPullsThroughItsMirror() throws Exception {
        LabImage image = rig.publish("library/podman", MIXED);
        try (Client first = new Podman(rig.lab(), "h1", folder.resolve("p1"));
                Client second = new Podman(rig.lab(), "h2", folder.resolve("p2"))) {
            pullsAndTheSecondAsksNoRegistry(image, first, second);
        }
    }

    @Test
    @Needs(programs = {"containerd", "ctr"})
    void containerdPullsThroughItsMirror() throws Exception {
        LabImage image = rig.publish("library/containerd", MIXED);
        try (Client first = new Containerd(rig.lab(), "h1", folder.resolve("c1"));
                Client second = new Containerd(rig.lab(), "h2", folder.resolve("c2"))) {
            pullsAndTheSecondAsksNoRegistry(image, first, second);
        }
    }

    @Test
    @Needs(programs = {"dockerd", "docker"})
    void dockerPullsThroughItsMirror() throws Exception {
        LabImage image = rig.publish("library/docker", GZIP);
        pullsAndTheSecondAsksNoRegistry(image, docker("h1"), docker("h2"));
    }

    @Test
    @Needs(programs = {"dockerd", "docker"})
    void dockerLogsInAndPushesAndOthersPullWithoutCredentials() throws Exception {
        LabImage image = rig.publish("library/dockerpush", GZIP);
        Docker first = docker("h1");
        Docker second = docker("h2");
        try {
            first.loggedInAtDockerHub();
            first.pullThroughMirror(image).ok();
            refused(first.push(image, "lab/docker"), "show the push token");
            refused(first.login(wrong()), "wrong push token");
            first.login(token("h1")).ok();
            first.push(image, "lab/docker").ok();
            second.pullByName("lab/docker").ok();
            assertEquals(image.config(), second.id(Client.NODE + "/lab/docker:1"));
        } finally {
            first.forgetLogins();
        }
    }

    @Test
    @Needs(programs = "podman")
    void podmanLogsInAndPushes() throws Exception {
        LabImage image = rig.publish("library/podmanpush", MIXED);
        try (Podman podman = new Podman(rig.lab(), "h1", folder.resolve("pp1"))) {
            podman.pullThroughMirror(image).ok();
            refused(podman.push(image, "lab/podman"), "show the push token");
            refused(podman.login(wrong()), "invalid username/password");
            podman.login(token("h1")).ok();
            podman.push(image, "lab/podman").ok();
        }
        assertEquals(image.config(), new Skopeo(rig.lab(), "h2", folder).config("lab/podman"));
    }

    @Test
    @Needs(programs = {"containerd", "ctr"})
    void containerdPushes() throws Exception {
        LabImage image = rig.publish("library/containerdpush", MIXED);
        try (Containerd containerd = new Containerd(rig.lab(), "h1", folder.resolve("cp1"))) {
            containerd.pullThroughMirror(image).ok();
            assertEquals(1, containerd.push(image, "lab/ctr", "wrong").status());
            containerd.push(image, "lab/ctr", Files.readString(token("h1")).strip()).ok();
        }
        assertEquals(image.config(), new Skopeo(rig.lab(), "h2", folder).config("lab/ctr"));
    }

    @Test
    void whatIsPushedAtOneNodeIsPulledAtAnother() throws Exception {
        LabImage image = rig.image("lab/pushed", MIXED);
        Path token = token("h1");
        Skopeo first = new Skopeo(rig.lab(), "h1", folder.resolve("push"));
        assertTrue(first.push(image, "not-the-token").status() != 0, "pushed with a wrong token");
        first.push(image, Files.readString(token).strip()).ok();
        for (String host : List.of("h2", "h0")) {
            Client other = new Skopeo(rig.lab(), host, folder.resolve("pushed-" + host));
            other.pull(image).ok();
            other.verify(image);
        }
    }

    @Test
    void artifactsPushedAtOneNodeArePulledAtAnother() throws Exception {
        Artifact report = new Artifact("application/vnd.lab.report", 1, "");
        Artifact signature = new Artifact("application/vnd.lab.signature", 2, report.descriptor());
        RegistryCalls first = node("h1", Files.readString(token("h1")).strip());
        report.push(first, "lab/artifact", "1");
        signature.push(first, "lab/artifact", signature.digest());
        String tag = report.referrersTag();
        first.pushManifest("lab/artifact", tag, Artifact.INDEX, signature.referrers());

        RegistryCalls second = node("h2", "");
        String manifests = "lab/artifact/manifests/";
        answers(second.get(manifests + "1"), Artifact.MANIFEST, report.manifest());
        for (Artifact artifact : List.of(report, signature)) {
            answers(
                    second.get(manifests + artifact.digest(), Artifact.MANIFEST),
                    Artifact.MANIFEST,
                    artifact.manifest());
            String layer = Digests.of(artifact.layer());
            assertEquals(layer, second.get("lab/artifact/blobs/" + layer).digestOfBody());
        }
        // Clients that want to know what is about the report are sent to the tag.
        assertEquals(404, second.get("lab/artifact/referrers/" + report.digest()).status());
        answers(second.get(manifests + tag), Artifact.INDEX, signature.referrers());

        Skopeo skopeo = new Skopeo(rig.lab(), "h2", folder.resolve("artifact"));
        assertEquals(report.manifest(), manifestIn(skopeo.copy("lab/artifact:1")));
        assertEquals(
                signature.manifest(),
                manifestIn(skopeo.copy("lab/artifact@" + signature.digest())));
    }

    @Test
    @Needs(programs = {"dockerd", "docker"})
    void dockerSchema2KeepsItsTypesAndDigests() throws Exception {
        rig.publishAsSchema2("library/schema2", GZIP);
        RegistryCalls plain =
                new RegistryCalls(rig.lab().inNetworkOf("h0"), rig.upstreamAtHome(), "");
        String manifests = "library/schema2/manifests/";
        Reply list = plain.get(manifests + "1", SCHEMA2_LIST, SCHEMA2);
        answers(list, SCHEMA2_LIST, list.body());
        List<Reply> children = new ArrayList<>();
        for (JsonNode child : JSON.readTree(list.body()).get("manifests")) {
            assertEquals(SCHEMA2, child.get("mediaType").asText());
            Reply reply = plain.get(manifests + child.get("digest").asText(), SCHEMA2);
            answers(reply, SCHEMA2, reply.body());
            children.add(reply);
        }
        Reply amd64 = children.getFirst();
        plain.pushManifest("library/schema2", "amd64", SCHEMA2, amd64.body());

        RegistryCalls edge = node("h1", "");
        answers(edge.get(manifests + "1", SCHEMA2_LIST, SCHEMA2), SCHEMA2_LIST, list.body());
        answers(edge.get(manifests + "amd64", SCHEMA2), SCHEMA2, amd64.body());
        for (Reply child : children) {
            answers(edge.get(manifests + child.digest(), SCHEMA2), SCHEMA2, child.body());
        }

        Skopeo skopeo = new Skopeo(rig.lab(), "h1", folder.resolve("schema2"));
        Path all = skopeo.copyThroughMirror("library/schema2:1");
        assertEquals(list.body(), manifestIn(all));
        for (Reply child : children) {
            String hash = child.digest().substring("sha256:".length());
            assertEquals(child.body(), Files.readString(all.resolve(hash + ".manifest.json")));
        }
        assertEquals(amd64.body(), manifestIn(skopeo.copyThroughMirror("library/schema2:amd64")));

        String config = JSON.readTree(amd64.body()).get("config").get("digest").asText();
        Docker docker = docker("h2");
        docker.pullThroughMirror("library/schema2:1").ok();
        docker.verify("library/schema2:1", config, list.digest());
        docker.pullThroughMirror("library/schema2:amd64").ok();
        docker.verify("library/schema2:amd64", config, amd64.digest());
    }

    @Test
    @Needs(programs = {"podman", "ctr", "containerd"})
    @Order(Integer.MAX_VALUE)
    void aStoppedNodeLeavesTheUpstreamToItsClients() throws Exception {
        LabImage image = rig.publish("library/direct", MIXED);
        rig.mesh().node("h2").close();
        try (Client skopeo = new Skopeo(rig.lab(), "h2", folder.resolve("s3"));
                Client podman = new Podman(rig.lab(), "h2", folder.resolve("p3"));
                Client containerd = new Containerd(rig.lab(), "h2", folder.resolve("c3"))) {
            for (Client client : List.of(skopeo, podman, containerd)) {
                assertTrue(client.pull(image).status() != 0, "the node still answers");
                client.pullThroughMirror(image).ok();
                client.verify(image);
            }
        }
    }

    /** dockerd can go to Docker Hub only. */
    @Test
    @Needs(programs = {"dockerd", "docker", "openssl"})
    @Order(Integer.MAX_VALUE)
    void aStoppedNodeLeavesDockerHubToDocker() throws Exception {
        LabImage image = rig.publish("library/hub", GZIP);
        rig.mesh().node("h1").close();
        try (DockerHub hub = new DockerHub(rig, folder.resolve("hub"));
                Client docker = new Docker(rig.lab(), "h1", folder.resolve("d3"), hub)) {
            assertTrue(docker.pull(image).status() != 0, "the node still answers");
            docker.pullThroughMirror(image).ok();
            docker.verify(image);
        }
    }

    private RegistryCalls node(String host, String token) {
        return new RegistryCalls(rig.lab().inNetworkOf(host), Client.NODE, token);
    }

    private static void answers(Reply reply, String type, String body) {
        assertEquals(200, reply.status(), reply::toString);
        assertEquals(type, reply.type());
        assertEquals(body, reply.body());
        assertEquals(reply.digestOfBody(), reply.digest());
    }

    private static String manifestIn(Path copy) throws IOException {
        return Files.readString(copy.resolve("manifest.json"));
    }

    private Path token(String host) {
        return rig.mesh().node(host).spec().home().resolve("data/peeredge/registry/push.token");
    }

    private static Path wrong() throws Exception {
        return Files.writeString(folder.resolve("wrong"), "not-the-token");
    }

    private static void refused(Ran ran, String why) {
        assertTrue(ran.status() != 0 && ran.output().contains(why), ran.toString());
    }

    private void pullsAndTheSecondAsksNoRegistry(LabImage image, Client first, Client second)
            throws Exception {
        first.pullThroughMirror(image).ok();
        first.verify(image);
        Numbers before = rig.numbers("h2");
        second.pullThroughMirror(image).ok();
        second.verify(image);
        Numbers after = rig.numbers("h2");
        assertEquals(before.received("upstream"), after.received("upstream"), "from the registry");
        double fromMembers =
                after.received("origin")
                        + after.received("peer")
                        - before.received("origin")
                        - before.received("peer");
        assertTrue(
                fromMembers >= image.bytes(),
                () -> "only " + fromMembers + " bytes of " + image + " came from members");
    }
}
