// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * A routing component as DS would run it: configuration defaults, bound strategies, and a Config
 * Admin whose updates come back through {@code modified}.
 */
final class Node implements AutoCloseable {
    final TestKernel kernel = new TestKernel();
    final List<String> saved = new CopyOnWriteArrayList<>();
    final RoutingEngine engine;

    private final Map<String, Object> values = new HashMap<>();
    volatile boolean diskFull;

    Node(Map<String, Object> config) {
        values.putAll(config);
        engine =
                new RoutingEngine(
                        config(), kernel.threads(), kernel.clock(), kernel.metrics(), admin());
    }

    static Node start() {
        // The machine that runs the tests may stall for longer than 50 ms.
        return new Node(Map.of("plan_timeout_millis", 2_000L, "hang_timeout_millis", 4_000L));
    }

    /** Short times, for strategies that are meant to overrun them. */
    static Node impatient() {
        return new Node(Map.of("plan_timeout_millis", 20L, "hang_timeout_millis", 60L));
    }

    Node with(String type, RoutingStrategy strategy) {
        engine.bindStrategy(strategy, Map.of(PluginSlots.TYPE, type));
        return this;
    }

    Plan plan(TransferView view) throws Exception {
        return get(engine.plan(view));
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** What a stage fails with. */
    static Throwable failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS);
        try {
            Object value = future.join();
            throw new AssertionError("did not fail but gave " + value);
        } catch (CompletionException e) {
            return e.getCause() == null ? e : Failures.cause(e);
        }
    }

    /** An operator edits the configuration. */
    void configure(String key, Object value) {
        values.put(key, value);
        engine.modified(config());
    }

    double metric(String name, String... labels) {
        return kernel.metrics().value(name, labels);
    }

    private RoutingEngine.Config config() {
        return (RoutingEngine.Config)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {RoutingEngine.Config.class},
                        (proxy, method, args) ->
                                values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private ConfigurationAdmin admin() {
        Object configuration =
                proxy(
                        Configuration.class,
                        (method, args) -> {
                            if (method.equals("update")) {
                                if (diskFull) {
                                    throw new java.io.IOException("No space left on device");
                                }
                                String type = (String) ((Dictionary<?, ?>) args[0]).get("strategy");
                                saved.add(type);
                                configure("strategy", type);
                            }
                            return null;
                        });
        return proxy(ConfigurationAdmin.class, (method, args) -> configuration);
    }

    private interface Call {
        @org.jspecify.annotations.Nullable
        Object on(String method, Object[] args) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(
                Proxy.newProxyInstance(
                        Node.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, args) -> call.on(method.getName(), args)));
    }

    @Override
    public void close() {
        engine.deactivate();
        kernel.close();
    }
}
