// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.routing.api.Routing;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routing component: binds strategies, mesh and configuration to the plain classes here. */
@Component(
        service = {Routing.class, MeshHandler.class},
        immediate = true,
        configurationPid = RoutingEngine.PID,
        property = MeshHandler.TOPIC + "=" + FleetMessages.TOPIC)
@Designate(ocd = RoutingEngine.Config.class)
public final class RoutingEngine implements Routing, MeshHandler {
    static final String PID = "org.peeredge.routing.engine";

    private static final Logger LOG = LoggerFactory.getLogger(RoutingEngine.class);

    private final PluginSlots<RoutingStrategy> slots;
    private final MetricScope metrics;
    private final Loop control;
    private final ExecutorService disk;
    private final Workers workers;
    private final RoutingCounters counters;
    private final Selection selection;
    private final Planner planner;
    private final Switcher switcher;
    private final FleetMember member;
    private final FleetOperator operator;
    private volatile Settings settings;

    /**
     * Fetched when it is used, not when it is bound: the engine behind it waits for routing, and DS
     * leaves a circle of components unbound.
     */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable ComponentServiceObjects<Mesh> meshes;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable Identity identity;

    /**
     * Configuration of {@value #PID}; every key can be changed while the node runs, unless said.
     */
    @ObjectClassDefinition(name = "PeerEdge routing")
    public @interface Config {
        @AttributeDefinition(description = "Type of the strategy in force")
        String strategy() default "network";

        @AttributeDefinition(
                description = "After this a plan is answered by the built-in one",
                min = "1",
                max = "5000")
        long plan_timeout_millis() default 50;

        @AttributeDefinition(
                description = "After this a strategy that has not returned is tripped off",
                min = "1",
                max = "60000")
        long hang_timeout_millis() default 500;

        @AttributeDefinition(
                description = "Plans that may wait for routing's thread; read at start",
                min = "1",
                max = "100000")
        int plan_queue_count() default 1024;

        @AttributeDefinition(
                description = "Failures in a row that trip a strategy off; read at start",
                min = "1",
                max = "100")
        int max_failures() default 3;

        @AttributeDefinition(
                description = "How long a leaving strategy's plans are waited for; read at start",
                min = "0",
                max = "60000")
        long drain_millis() default 2000;

        @AttributeDefinition(
                description = "Threads that may be lost to hanging strategies",
                min = "0",
                max = "64")
        int max_abandoned_threads() default 4;

        @AttributeDefinition(
                description = "How long a commanded member watches a new strategy",
                min = "0",
                max = "60000")
        long fleet_watch_millis() default 2000;

        @AttributeDefinition(
                description = "How long a member may take to answer a command",
                min = "1000",
                max = "300000")
        long fleet_timeout_millis() default 15000;
    }

    /** Starts routing. Called by DS; strategies are bound afterwards, as they come. */
    @Activate
    public RoutingEngine(
            Config config,
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Metrics metricRegistry,
            @Reference ConfigurationAdmin admin) {
        settings = Settings.of(config);
        metrics = metricRegistry.scope();
        counters = new RoutingCounters(metrics);
        slots = new PluginSlots<>(settings.drain(), settings.maxFailures(), this::tripped);
        selection = new Selection(slots, settings.strategy(), counters);
        control = threads.newLoop(PID, "control");
        disk = threads.newPool(PID, "config", 1, 16);
        int queued = settings.planQueueCount();
        workers =
                new Workers(
                        () -> threads.newPool(PID, "plan", 1, queued),
                        settings.maxAbandonedThreads());
        counters.abandonedThreads(workers::abandoned);
        planner =
                new Planner(
                        clock, control, threads.random(), workers, selection, counters, settings);
        switcher = new Switcher(control, disk, planner, selection, type -> save(admin, type));
        member = new FleetMember(clock, selection, switcher, counters);
        operator = new FleetOperator(clock, threads.random(), member);
    }

    @Modified
    void modified(Config config) {
        Settings changed = Settings.of(config);
        settings = changed;
        planner.settings(changed);
        workers.maxAbandoned(changed.maxAbandonedThreads());
        switcher.configured(changed.strategy());
    }

    @Deactivate
    void deactivate() {
        planner.close();
        disk.shutdown();
        control.close();
        metrics.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "unbindStrategy")
    void bindStrategy(RoutingStrategy strategy, Map<String, Object> properties) {
        if (!(properties.get(PluginSlots.TYPE) instanceof String type)
                || !PluginSlots.validType(type)
                || type.equals(EvenPlan.TYPE)) {
            LOG.warn(
                    "Strategy {} is not used: its service property {} = '{}' {} and not be '{}'",
                    strategy.getClass().getName(),
                    PluginSlots.TYPE,
                    properties.get(PluginSlots.TYPE),
                    PluginSlots.TYPE_RULE,
                    EvenPlan.TYPE);
            return;
        }
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer r ? r : 0;
        slots.add(type, ranking, strategy);
        selection.announce();
    }

    void unbindStrategy(RoutingStrategy strategy) {
        if (!slots.remove(strategy)) {
            LOG.warn(
                    "Strategy {} left while a plan of it still ran: that thread may keep its"
                            + " bundle in memory",
                    strategy.getClass().getName());
        }
        selection.announce();
    }

    @Override
    public CompletionStage<Plan> plan(TransferView view) {
        return planner.plan(view);
    }

    @Override
    public List<StrategyInfo> strategies() {
        return selection.list();
    }

    @Override
    public String strategy() {
        return selection.inForce();
    }

    @Override
    public CompletionStage<Change> use(String type) {
        return switcher.use(type, Duration.ZERO, () -> {});
    }

    @Override
    public CompletionStage<List<NodeChange>> use(String type, String selector) {
        ComponentServiceObjects<Mesh> there = meshes;
        Mesh mesh = there == null ? null : there.getService();
        CompletionStage<List<NodeChange>> asked =
                operator.use(type, selector, identity, mesh, settings);
        return there == null || mesh == null
                ? asked
                : asked.whenComplete((changes, error) -> giveBack(there, mesh));
    }

    private static void giveBack(ComponentServiceObjects<Mesh> to, Mesh mesh) {
        try {
            to.ungetService(mesh);
        } catch (IllegalStateException e) {
            LOG.debug("routing stopped while members were asked", e);
        }
    }

    @Override
    public CompletionStage<byte[]> handle(Membership from, byte[] payload) {
        return member.handle(from, payload, settings.fleetWatch());
    }

    private void tripped(String type, String reason) {
        counters.trips.increment();
        LOG.warn(
                "Strategy {} is tripped off: it {}. Restart or replace its bundle to use it again",
                type,
                reason);
        selection.announce();
    }

    /** Config Admin takes a {@code Dictionary}, and {@code Hashtable} is the JDK's only one. */
    @SuppressWarnings("JdkObsolete")
    private static void save(ConfigurationAdmin admin, String type) throws IOException {
        Configuration configuration = admin.getConfiguration(PID, "?");
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties == null) {
            properties = new Hashtable<>();
        }
        properties.put("strategy", type);
        configuration.update(properties);
    }
}
