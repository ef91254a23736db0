// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Session;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.cache.Cache;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Authority;
import org.peeredge.routing.api.Routing;

/** What a tab offers, and what it does when the service that knows is not there. */
final class CompletersTest {
    private static final NodeId ONE = new NodeId("ab".repeat(20));
    private static final NodeId OTHER = new NodeId("cd".repeat(20));

    private final FakeContext services = new FakeContext();

    private List<String> offers(ServiceCompleter completer, String typed) {
        completer.context = services.context();
        CommandLine line =
                FakeContext.proxy(
                        CommandLine.class,
                        (method, args) ->
                                switch (method) {
                                    case "getCursorArgument" -> typed;
                                    case "getArgumentPosition", "getBufferPosition" ->
                                            typed.length();
                                    default -> throw new UnsupportedOperationException(method);
                                });
        Session session =
                FakeContext.proxy(
                        Session.class,
                        (method, args) -> {
                            throw new UnsupportedOperationException(method);
                        });
        List<String> candidates = new ArrayList<>();
        int at = completer.complete(session, line, candidates);
        assertEquals(candidates.isEmpty() ? -1 : 0, at, "where the word begins");
        assertEquals(0, services.held(), "services not given back");
        return candidates.stream().map(String::strip).toList();
    }

    private void members() {
        List<Member> members =
                List.of(
                        new Member(ONE, Set.of(Role.MEMBER), List.of(), true, true, 1, 2),
                        new Member(OTHER, Set.of(Role.ORIGIN), List.of(), false, false, 1, 2));
        services.add(
                Mesh.class, FakeContext.proxy(Mesh.class, (method, args) -> members), Map.of());
    }

    @Test
    void offersStrategies() {
        services.add(
                Routing.class,
                FakeContext.proxy(
                        Routing.class,
                        (method, args) ->
                                List.of(
                                        new Routing.StrategyInfo("network", 0, "in force"),
                                        new Routing.StrategyInfo("random", 0, "ready"))),
                Map.of());
        assertEquals(List.of("network", "random"), offers(new StrategyCompleter(), ""));
        assertEquals(List.of("random"), offers(new StrategyCompleter(), "ra"));
        assertEquals(List.of(), offers(new StrategyCompleter(), "x"));
    }

    @Test
    void offersCachePolicies() {
        services.add(
                Cache.class,
                FakeContext.proxy(
                        Cache.class,
                        (method, args) ->
                                List.of(
                                        new Cache.PolicyInfo("density", 0, "in force"),
                                        new Cache.PolicyInfo("lru", 0, "ready"))),
                Map.of());
        assertEquals(List.of("density", "lru"), offers(new CacheCompleter(), ""));
        assertEquals(List.of("lru"), offers(new CacheCompleter(), "l"));
    }

    @Test
    void offersCodecsAndWhatElseCanBeChosen() {
        for (String type : List.of("raptorq", "none")) {
            services.add(
                    CodecProvider.class,
                    FakeContext.proxy(CodecProvider.class, (method, args) -> type),
                    Map.of("peeredge.type", type));
        }
        assertEquals(List.of("none", "raptorq"), offers(new CodecCompleter(), ""));
        assertEquals(List.of("auto", "none", "raptorq"), offers(new CodecChoiceCompleter(), ""));
        assertEquals(List.of("auto"), offers(new CodecChoiceCompleter(), "a"));
    }

    @Test
    void offersMembersAndWhatSelectsThem() {
        members();
        assertEquals(List.of(ONE.hex(), OTHER.hex()), offers(new MemberCompleter(), ""));
        assertEquals(List.of(OTHER.hex()), offers(new MemberCompleter(), "cdcd"));
        assertEquals(
                List.of(
                        ONE.hex(),
                        "all",
                        OTHER.hex(),
                        "role:member",
                        "role:operator",
                        "role:origin",
                        "self"),
                offers(new SelectorCompleter(), ""));
        assertEquals(
                List.of("role:operator", "role:origin"), offers(new SelectorCompleter(), "role:o"));
    }

    @Test
    void offersTokens() {
        services.add(
                Authority.class,
                FakeContext.proxy(
                        Authority.class,
                        (method, args) ->
                                List.of(
                                        new Authority.TokenInfo(
                                                "t1", Set.of(Role.MEMBER), 4, Instant.EPOCH))),
                Map.of());
        assertEquals(List.of("t1"), offers(new TokenCompleter(), "t"));
    }

    @Test
    void offersNothingWithoutTheService() {
        for (ServiceCompleter completer :
                List.of(
                        new StrategyCompleter(),
                        new CacheCompleter(),
                        new ReplicaCompleter(),
                        new MemberCompleter(),
                        new TokenCompleter())) {
            assertEquals(List.of(), offers(completer, ""), completer.getClass().getSimpleName());
        }
        assertEquals(List.of("self"), offers(new SelectorCompleter(), "s"), "words of its own");
    }

    /** An exception would break the line that is being typed. */
    @Test
    void offersNothingWhereTheServiceFails() {
        services.add(
                Routing.class,
                FakeContext.proxy(
                        Routing.class,
                        (method, args) -> {
                            throw new IllegalStateException("stopping");
                        }),
                Map.of());
        assertEquals(List.of(), offers(new StrategyCompleter(), ""));
    }

    @Test
    void isAskedForEachId() throws Exception {
        assertEquals(StrategyCompleter.class, completer(StrategyUseCommand.class, "type"));
        assertEquals(SelectorCompleter.class, completer(StrategyUseCommand.class, "nodes"));
        assertEquals(CacheCompleter.class, completer(CacheUseCommand.class, "type"));
        assertEquals(CodecChoiceCompleter.class, completer(CodecUseCommand.class, "type"));
        assertEquals(ReplicaCompleter.class, completer(UnpinCommand.class, "image"));
        assertEquals(MemberCompleter.class, completer(RevokeCommand.class, "node"));
        assertEquals(TokenCompleter.class, completer(TokenRevokeCommand.class, "id"));
    }

    private static Class<?> completer(Class<?> command, String field) throws Exception {
        Completion by = command.getDeclaredField(field).getAnnotation(Completion.class);
        return Objects.requireNonNull(by, command + "." + field + " has no completer").value();
    }
}
