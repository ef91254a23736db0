// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.peeredge.itests.lab.Ran;

/** Several clients pull one image at the same time. */
final class Pulls {
    /**
     * ctr asks for the progress that it shows until the pull is done, and calls it an error when
     * that cuts its last question off.
     */
    private static final Pattern PROGRESS_CUT_OFF =
            Pattern.compile(
                    "msg=\"(active check failed|failed to get content info)\""
                            + " error=\"context canceled\"$");

    private static final String PULLER = "h3";
    private static final List<String> SERVERS = List.of("h1", "h2");

    /** The first fifth has come: enough to see who serves, and most is still to come. */
    private static final double BEGUN = 0.2;

    private final Rig rig;
    private final LabImage image;
    private final Map<String, Numbers> before = new HashMap<>();
    private final Map<Client, CompletableFuture<Ran>> pulls = new HashMap<>();

    /** Begins. */
    Pulls(Rig rig, List<Client> clients, LabImage image) {
        this.rig = rig;
        this.image = image;
        for (String host : List.of("h1", "h2", PULLER)) {
            before.put(host, rig.numbers(host));
        }
        for (Client client : clients) {
            CompletableFuture<Ran> ran = new CompletableFuture<>();
            Thread.ofPlatform()
                    .daemon()
                    .name("pull")
                    .start(() -> {
                        try {
                            ran.complete(client.pull(image));
                        } catch (RuntimeException | AssertionError e) {
                            ran.completeExceptionally(e);
                        }
                    });
            pulls.put(client, ran);
        }
    }

    /**
     * Waits until a fifth of the image is here.
     *
     * @return the edge that has sent most of it
     */
    String awaitServer() throws Exception {
        double wanted = image.bytes() * BEGUN;
        Condition.await(
                "a fifth of " + image + " is here, some of it from edges",
                Client.PULL,
                () -> {
                    mustRun();
                    return since(PULLER).received() - before(PULLER).received() >= wanted
                            && SERVERS.stream().anyMatch(server -> sent(server) > 0);
                });
        return sent("h1") >= sent("h2") ? "h1" : "h2";
    }

    /** Fails where a client has ended already: what is to come would not meet its pull. */
    void mustRun() {
        for (Map.Entry<Client, CompletableFuture<Ran>> pull : pulls.entrySet()) {
            assertFalse(
                    pull.getValue().isDone(),
                    () -> name(pull.getKey()) + " has ended: " + pull.getValue().join());
        }
    }

    /** Waits for all; each must have ended well and hold what was published. */
    void mustSucceed() throws Exception {
        List<Ran> all = ended();
        for (Map.Entry<Client, CompletableFuture<Ran>> pull : pulls.entrySet()) {
            Ran ran = pull.getValue().join();
            assertEquals(0, ran.status(), () -> name(pull.getKey()) + " saw " + ran + "\n" + log());
            assertEquals(
                    List.of(), complaints(ran), () -> name(pull.getKey()) + " complained: " + ran);
            pull.getKey().verify(image);
        }
        assertEquals(pulls.size(), all.size());
    }

    /** podman tries a pull three times, and says so only here. */
    private static List<String> complaints(Ran ran) {
        return ran.output()
                .lines()
                .filter(line -> line.contains("retry") || line.contains("level=error"))
                .filter(line -> !PROGRESS_CUT_OFF.matcher(line).find())
                .toList();
    }

    /** Waits for all. */
    List<Ran> ended() {
        return pulls.values().stream().map(CompletableFuture::join).toList();
    }

    private static String name(Client client) {
        return client.getClass().getSimpleName();
    }

    private double sent(String host) {
        return since(host).sent() - before(host).sent();
    }

    private Numbers since(String host) {
        return rig.numbers(host);
    }

    private Numbers before(String host) {
        Numbers numbers = before.get(host);
        if (numbers == null) {
            throw new IllegalArgumentException(host);
        }
        return numbers;
    }

    private String log() {
        try {
            List<String> lines = rig.mesh().node(PULLER).log().lines().toList();
            return "log of its node:\n"
                    + String.join(
                            "\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
