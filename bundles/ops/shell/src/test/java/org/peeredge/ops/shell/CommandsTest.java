// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.karaf.shell.api.console.Session;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Bans;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Replicas;
import org.peeredge.dts.api.cache.Cache;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.kernel.api.trust.MeshSetup;
import org.peeredge.routing.api.Routing;

final class CommandsTest {
    private static final NodeId NODE = new NodeId("ab".repeat(20));
    private static final Digest DIGEST = new Digest("sha256", "cd".repeat(32));

    private final FakeContext services = new FakeContext();

    /** What a command prints, as the operator's terminal gets it. */
    private String run(ShellCommand command) throws Exception {
        command.context = services.context();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertNull(command.execute(), "what is returned is not shown");
        } finally {
            System.setOut(before);
            assertEquals(0, services.held(), "services not given back");
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String failure(ShellCommand command) {
        return String.valueOf(assertThrows(Exception.class, () -> run(command)).getMessage());
    }

    private JsonNode json(ListCommand command) throws Exception {
        command.json = true;
        return new ObjectMapper().readTree(run(command));
    }

    private void routing(String outcome) {
        services.add(
                Routing.class,
                FakeContext.proxy(
                        Routing.class,
                        (method, args) ->
                                switch (method) {
                                    case "strategies" ->
                                            List.of(
                                                    new Routing.StrategyInfo(
                                                            "network", 0, "in force"),
                                                    new Routing.StrategyInfo(
                                                            "bad",
                                                            5,
                                                            "tripped: \"\u001b[2J\" \\ \ud83d\ude00"));
                                    case "use" ->
                                            args.length == 1
                                                    ? use((String) args[0])
                                                    : CompletableFuture.completedFuture(
                                                            List.of(
                                                                    new Routing.NodeChange(
                                                                            NODE, "network",
                                                                            "random", outcome)));
                                    default -> throw new UnsupportedOperationException(method);
                                }),
                Map.of());
    }

    private static CompletableFuture<Routing.Change> use(String type) {
        return type.equals("nope")
                ? CompletableFuture.failedFuture(new NeverException("there is no 'nope'"))
                : CompletableFuture.completedFuture(new Routing.Change("network", type));
    }

    @Test
    void saysWhatIsMissing() {
        for (ShellCommand command :
                List.of(
                        new StrategyListCommand(),
                        new StoreCheckCommand(),
                        new BlobListCommand(),
                        new BansCommand(),
                        new BanLiftCommand(),
                        new CacheListCommand(),
                        new CacheUseCommand(),
                        new CodecUseCommand(),
                        new ReplicaListCommand(),
                        new PinCommand(),
                        new UnpinCommand(),
                        new TransferListCommand(),
                        new ReceiptsCommand(),
                        new FlowCommand(),
                        new TrackerCommand(),
                        new CreateCommand(),
                        new InfoCommand(),
                        new MemberListCommand(),
                        new TokenCreateCommand(),
                        new TokenListCommand())) {
            String message = failure(command);
            assertTrue(
                    message.contains("feature:list") || message.contains("mesh:create"),
                    command.getClass().getSimpleName() + ": " + message);
        }
    }

    @Test
    void listsStrategiesAsTableAndJson() throws Exception {
        routing("changed");
        String table = run(new StrategyListCommand());
        assertTrue(table.contains("network") && table.contains("in force"), table);
        assertFalse(table.contains("\u001b[2J"), "no escape sequence from outside");
        JsonNode json = json(new StrategyListCommand());
        assertEquals(2, json.size());
        assertEquals(5, json.get(1).get("ranking").asInt());
        assertEquals("tripped: \"\u001b[2J\" \\ \ud83d\ude00", json.get(1).get("state").asText());
    }

    @Test
    void bansAreListedAndLifted() throws Exception {
        Instant since = Instant.parse("2026-01-02T03:04:05Z");
        Bans.Ban ban =
                new Bans.Ban(NODE, "claimed a false piece", NODE, since, since.plusSeconds(9), 2);
        services.add(
                Bans.class,
                FakeContext.proxy(
                        Bans.class,
                        (method, args) ->
                                method.equals("bans")
                                        ? List.of(ban)
                                        : CompletableFuture.completedFuture(Optional.of(ban))),
                Map.of());
        JsonNode json = json(new BansCommand());
        assertEquals(NODE.hex(), json.get(0).get("node").asText());
        assertEquals("claimed a false piece", json.get(0).get("reason").asText());
        assertEquals(2, json.get(0).get("times").asInt());
        BanLiftCommand lift = new BanLiftCommand();
        lift.node = "abab";
        String text = run(lift);
        assertTrue(text.contains("claimed a false piece -> not banned"), text);
        lift.node = "ff";
        assertTrue(failure(lift).contains("not of one"));
    }

    @Test
    void strategyUsePrintsWhatWasAndWhatIs() throws Exception {
        routing("changed");
        StrategyUseCommand use = new StrategyUseCommand();
        use.type = "random";
        assertEquals("strategy: network -> random\n", run(use));
        use.type = "nope";
        assertEquals("there is no 'nope'", failure(use));
        use.type = "random";
        use.nodes = "all";
        String table = run(use);
        assertTrue(table.contains(NODE.shortName()) && table.contains("changed"), table);
    }

    @Test
    void strategyUseTakesOptionsAfterTheType() throws Exception {
        routing("changed");
        StrategyUseCommand use = new StrategyUseCommand();
        use.type = "random";
        use.rest = List.of("--nodes", "all");
        assertTrue(run(use).contains(NODE.shortName()));
        use.rest = List.of("--node", "all");
        assertEquals("'--node': expected --nodes SELECTOR or --json", failure(use));
    }

    @Test
    void strategyUseFailsWhenANodeDidNotChange() {
        routing("rolled back: it threw");
        StrategyUseCommand use = new StrategyUseCommand();
        use.type = "random";
        use.nodes = "all";
        assertTrue(failure(use).startsWith("1 of 1 nodes did not change"));
    }

    @Test
    void findAndTrackerShowWhatTheEngineSays() throws Exception {
        services.add(
                Finder.class,
                FakeContext.proxy(
                        Finder.class,
                        (method, args) ->
                                switch (method) {
                                    case "find" ->
                                            CompletableFuture.completedFuture(
                                                    new Finder.Found(Set.of(NODE), "tracker", 7));
                                    case "tracker" ->
                                            new Finder.Tracker(Optional.of(NODE), 3, 9, 100, 4, 1);
                                    default -> throw new UnsupportedOperationException(method);
                                }),
                Map.of());
        FindCommand find = new FindCommand();
        find.digest = "sha256:" + "ab".repeat(32);
        JsonNode found = json(find);
        assertEquals(NODE.hex(), found.get(0).get("holder").asText());
        assertEquals("tracker", found.get(0).get("asked").asText());
        JsonNode tracker = json(new TrackerCommand());
        assertEquals(3, tracker.get(0).get("own_epoch").asInt());
        assertEquals(9, tracker.get(0).get("members").asInt());
    }

    @Test
    void listsChannelsFromTheirServices() throws Exception {
        ChannelProvider provider =
                FakeContext.proxy(
                        ChannelProvider.class,
                        (method, args) -> new ChannelTraits("tcp", true, true, 65_536));
        services.add(
                ChannelProvider.class,
                provider,
                Map.of("peeredge.type", "tcp", "service.ranking", 7));
        JsonNode row = json(new ChannelListCommand()).get(0);
        assertEquals("tcp", row.get("type").asText());
        assertEquals(7, row.get("ranking").asInt());
        assertTrue(row.get("reliable").asBoolean());
        assertEquals(65_536, row.get("max_frame_bytes").asInt());
        assertEquals("[]\n", run(jsonOf(new CodecListCommand())));
        assertTrue(run(new CodecListCommand()).contains("None"));
    }

    private static ListCommand jsonOf(ListCommand command) {
        command.json = true;
        return command;
    }

    @Test
    void listsAndChangesCachePolicies() throws Exception {
        Cache cache =
                FakeContext.proxy(
                        Cache.class,
                        (method, args) ->
                                method.equals("use")
                                        ? CompletableFuture.completedFuture(
                                                new Cache.Change("density", (String) args[0]))
                                        : List.of(new Cache.PolicyInfo("density", 0, "in force")));
        services.add(Cache.class, cache, Map.of());
        assertTrue(run(new CacheListCommand()).contains("in force"));
        CacheUseCommand use = new CacheUseCommand();
        use.type = "lru";
        assertEquals("cache policy: density -> lru\n", run(use));
    }

    @Test
    void listsAndChangesCopies() throws Exception {
        Replicas replicas =
                FakeContext.proxy(
                        Replicas.class,
                        (method, args) ->
                                switch (method) {
                                    case "pin" ->
                                            CompletableFuture.completedFuture(
                                                    new Replicas.Change(0, (int) args[1]));
                                    case "unpin" ->
                                            CompletableFuture.completedFuture(
                                                    new Replicas.Change(3, 0));
                                    default ->
                                            List.of(
                                                    new Replicas.ReplicaInfo(
                                                            "docker.io/lab/x:1",
                                                            DIGEST,
                                                            NODE,
                                                            "kept",
                                                            "well",
                                                            2,
                                                            Set.of(NODE),
                                                            9,
                                                            60));
                                });
        services.add(Replicas.class, replicas, Map.of());
        assertTrue(run(new ReplicaListCommand()).contains("docker.io/lab/x:1"));
        JsonNode row = json(new ReplicaListCommand()).get(0);
        assertEquals(NODE.hex(), row.get("keepers").get(0).asText());
        assertEquals(60, row.get("lease_seconds").asInt());
        PinCommand pin = new PinCommand();
        pin.image = "docker.io/lab/x:1";
        pin.copies = 3;
        assertEquals("copies: 0 -> 3\n", run(pin));
        UnpinCommand unpin = new UnpinCommand();
        unpin.image = "docker.io/lab/x:1";
        assertEquals("copies: 3 -> 0\n", run(unpin));
    }

    @Test
    void storeCheckShowsProgressAndResult() throws Exception {
        ContentStore store =
                FakeContext.proxy(
                        ContentStore.class,
                        (method, args) ->
                                switch (method) {
                                    case "usage" -> new ContentStore.Usage(1_000, 0, 0, 0);
                                    case "check" -> {
                                        @SuppressWarnings("unchecked")
                                        var progress = (java.util.function.Consumer<Long>) args[0];
                                        progress.accept(40L);
                                        progress.accept(550L);
                                        progress.accept(1_000L);
                                        yield new ContentStore.CheckReport(
                                                3, 1_000, List.of(DIGEST), 1, 2);
                                    }
                                    default ->
                                            List.of(
                                                    new ContentStore.BlobInfo(
                                                            DIGEST, 9, true, false));
                                });
        services.add(ContentStore.class, store, Map.of());
        String text = run(new StoreCheckCommand());
        assertTrue(text.startsWith("read 50 % of 1000 bytes\nread 100 %"), text);
        assertTrue(text.contains("sha256:cdcdcdcdcdcd"), text);
        StoreCheckCommand check = new StoreCheckCommand();
        check.json = true;
        JsonNode row = new ObjectMapper().readTree(run(check)).get(0);
        assertEquals(DIGEST.toString(), row.get("damaged").get(0).asText());
        assertEquals(DIGEST.toString(), json(new BlobListCommand()).get(0).get("digest").asText());
    }

    @Test
    void tokens() throws Exception {
        List<String> calls = new ArrayList<>();
        Authority authority =
                FakeContext.proxy(
                        Authority.class,
                        (method, args) ->
                                switch (method) {
                                    case "createToken" -> {
                                        assertEquals(Set.of(Role.MEMBER, Role.ORIGIN), args[0]);
                                        assertEquals(Duration.ofDays(2), args[2]);
                                        yield "peeredge-token";
                                    }
                                    case "tokens" ->
                                            List.of(
                                                    new Authority.TokenInfo(
                                                            "t1",
                                                            Set.of(Role.MEMBER),
                                                            4,
                                                            Instant.EPOCH));
                                    default -> {
                                        calls.add(method + " " + args[0]);
                                        yield null;
                                    }
                                });
        services.add(Authority.class, authority, Map.of());
        TokenCreateCommand create = new TokenCreateCommand();
        create.roles = "member,origin";
        create.life = "2d";
        assertEquals("peeredge-token\n", run(create));
        create.roles = "king";
        assertTrue(failure(create).contains("member, origin, operator"));
        create.roles = "member";
        create.life = "forever";
        assertTrue(failure(create).contains("1h"));
        TokenRevokeCommand revoke = new TokenRevokeCommand();
        revoke.id = "t1";
        assertEquals("token t1: 4 uses left -> revoked\n", run(revoke));
        revoke.id = "t2";
        assertTrue(failure(revoke).contains("mesh:token-list"));
        RevokeCommand out = new RevokeCommand();
        out.node = "abab";
        assertTrue(failure(out).contains("mesh:member-list"));
        Member member = new Member(NODE, Set.of(Role.MEMBER), List.of(), true, true, 1, 2);
        services.add(
                Mesh.class,
                FakeContext.proxy(Mesh.class, (method, args) -> List.of(member)),
                Map.of());
        assertTrue(run(out).endsWith("member -> revoked\n"));
        assertEquals(List.of("revokeToken t1", "revoke " + NODE), calls);
        assertEquals(NODE.hex(), json(new MemberListCommand()).get(0).get("node").asText());
    }

    @Test
    void joinsWithATokenFromStandardInput() throws Exception {
        String[] mesh = {""};
        MeshSetup setup =
                FakeContext.proxy(
                        MeshSetup.class,
                        (method, args) ->
                                switch (method) {
                                    case "meshId" ->
                                            java.util.Optional.of(mesh[0])
                                                    .filter(m -> !m.isEmpty());
                                    case "join" -> {
                                        assertEquals("the-token", args[0]);
                                        mesh[0] = "m1";
                                        yield CompletableFuture.completedFuture(null);
                                    }
                                    default -> NODE;
                                });
        services.add(MeshSetup.class, setup, Map.of());
        JoinCommand join = new JoinCommand();
        join.session = session("the-token\nmore");
        assertEquals("mesh: none -> m1\n", run(join));
        join.session = session("");
        assertTrue(failure(join).contains("mesh:token-create"));
        join.session = session("x".repeat(20_000));
        assertTrue(failure(join).contains("too long"));
        assertEquals("m1", json(new InfoCommand()).get(0).get("mesh").asText());
    }

    private static Session session(String input) {
        var keyboard = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return FakeContext.proxy(
                Session.class,
                (method, args) ->
                        switch (method) {
                            case "getKeyboard" -> keyboard;
                            default -> null;
                        });
    }
}
