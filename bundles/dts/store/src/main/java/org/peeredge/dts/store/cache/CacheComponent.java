// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.osgi.framework.Constants;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.Cache;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache as a service. A component of its own, so that a change of policy does not restart the
 * store.
 */
@Component(
        service = {Cache.class, Evictor.class},
        configurationPid = CacheComponent.PID)
@Designate(ocd = CacheComponent.Config.class)
public final class CacheComponent implements Cache, Evictor {
    static final String PID = "org.peeredge.dts.store.cache";

    private static final Logger LOG = LoggerFactory.getLogger(CacheComponent.class);

    private final MetricScope scope;
    private final CacheHost host;

    /**
     * Configuration of {@value #PID}; every key can be changed while the node runs, unless said.
     */
    @ObjectClassDefinition(name = "PeerEdge cache")
    public @interface Config {
        @AttributeDefinition(description = "Type of the policy in force")
        String policy() default "density";

        @AttributeDefinition(
                description = "After this a policy that has not returned is tripped off",
                min = "10",
                max = "60000")
        long hang_timeout_millis() default 1000;

        @AttributeDefinition(
                description = "Failures in a row that trip a policy off; read at start",
                min = "1",
                max = "100")
        int max_failures() default 3;

        @AttributeDefinition(
                description = "How long a leaving policy's answer is waited for; read at start",
                min = "0",
                max = "60000")
        long drain_millis() default 2000;

        @AttributeDefinition(
                description = "Threads that may be lost to hanging policies",
                min = "0",
                max = "64")
        int max_abandoned_threads() default 4;
    }

    /** Starts the cache. Called by DS; policies are bound afterwards, as they come. */
    @Activate
    public CacheComponent(
            Config config,
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Metrics metrics,
            @Reference ConfigurationAdmin admin) {
        scope = metrics.scope();
        host =
                new CacheHost(
                        CacheSettings.of(config), clock, threads, scope, type -> save(admin, type));
    }

    @Modified
    void modified(Config config) {
        host.settings(CacheSettings.of(config));
    }

    @Deactivate
    void deactivate() {
        host.close();
        scope.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "unbindPolicy")
    void bindPolicy(CachePolicyProvider provider, Map<String, Object> properties) {
        if (!(properties.get(PluginSlots.TYPE) instanceof String type)
                || !PluginSlots.validType(type)
                || type.equals(PolicyChoice.BUILT_IN)) {
            LOG.warn(
                    "Cache policy {} is not used: its service property {} = '{}' {} and not be '{}'",
                    provider.getClass().getName(),
                    PluginSlots.TYPE,
                    properties.get(PluginSlots.TYPE),
                    PluginSlots.TYPE_RULE,
                    PolicyChoice.BUILT_IN);
            return;
        }
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer r ? r : 0;
        host.add(type, ranking, provider);
    }

    void unbindPolicy(CachePolicyProvider provider) {
        if (!host.remove(provider)) {
            LOG.warn(
                    "Cache policy {} left while it was asked: that thread may keep its bundle in"
                            + " memory",
                    provider.getClass().getName());
        }
    }

    @Override
    public List<PolicyInfo> policies() {
        return host.policies();
    }

    @Override
    public String policy() {
        return host.policy();
    }

    @Override
    public CompletionStage<Change> use(String type) {
        return host.use(type);
    }

    @Override
    public CompletionStage<Boolean> admits(CachedBlob candidate) {
        return host.admits(candidate);
    }

    @Override
    public void attach(long capacityBytes, Supplier<List<CachedBlob>> catalogue) {
        host.attach(capacityBytes, catalogue);
    }

    @Override
    public void detach() {
        host.detach();
    }

    @Override
    public void stored(CachedBlob blob) {
        host.stored(blob);
    }

    @Override
    public void used(CachedBlob blob) {
        host.used(blob);
    }

    @Override
    public void removed(Digest digest) {
        host.removed(digest);
    }

    @Override
    public void missed(long sizeBytes) {
        host.missed(sizeBytes);
    }

    @Override
    public void evicted(long sizeBytes) {
        host.evicted(sizeBytes);
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        return host.victims(bytes, evictable);
    }

    /** Config Admin takes a {@code Dictionary}, and {@code Hashtable} is the JDK's only one. */
    @SuppressWarnings("JdkObsolete")
    private static void save(ConfigurationAdmin admin, String type) throws IOException {
        Configuration configuration = admin.getConfiguration(PID, "?");
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties == null) {
            properties = new Hashtable<>();
        }
        properties.put("policy", type);
        configuration.update(properties);
    }
}
