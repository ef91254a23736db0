// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.cache.Cache;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kit.tck.TestKernel;

/** A cache without OSGi: policies come and go by call. */
public final class TestCache implements AutoCloseable {
    /** What was remembered as chosen, in order. */
    public final List<String> saved = new ArrayList<>();

    /** What happens when a choice is remembered, before it is. */
    PolicySwitch.ChoiceStore beforeSaved = type -> {};

    private final MetricScope scope;
    private final CacheHost host;

    /** A cache that wants {@code policy} and trips it off after two failures. */
    public TestCache(TestKernel kernel, String policy, Duration hangTimeout) {
        scope = kernel.metrics().scope();
        host =
                new CacheHost(
                        settings(policy, hangTimeout, 1),
                        kernel.clock(),
                        kernel.threads(),
                        scope,
                        this::save);
    }

    private static CacheSettings settings(String policy, Duration hangTimeout, int maxAbandoned) {
        return new CacheSettings(policy, hangTimeout, 2, Duration.ofSeconds(5), maxAbandoned);
    }

    private void save(String type) throws IOException {
        beforeSaved.save(type);
        saved.add(type);
    }

    /** The configuration says so. */
    void configure(String policy, Duration hangTimeout, int maxAbandoned) {
        host.settings(settings(policy, hangTimeout, maxAbandoned));
    }

    /** What the store talks to. */
    public Evictor evictor() {
        return host;
    }

    /** What the operator talks to. */
    public Cache cache() {
        return host;
    }

    /** A policy's service comes. */
    public void add(String type, CachePolicyProvider provider) {
        host.add(type, 0, provider);
    }

    /** A policy's service goes. */
    public boolean remove(CachePolicyProvider provider) {
        return host.remove(provider);
    }

    /** Puts a policy in force and waits for it. */
    public Cache.Change use(String type) throws Exception {
        return host.use(type).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        host.close();
        scope.close();
    }
}
