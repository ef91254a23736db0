// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.store.cache.Evictor;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store as a service. Opening reads the disk, so it happens on a thread of its own and the
 * service appears when the store is ready. A changed configuration restarts it.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = StoreSettings.BUNDLE)
@Designate(ocd = StoreComponent.Config.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='org.peeredge.dts.api.ContentStore'",
        uses = ContentStore.class)
public final class StoreComponent {
    private static final Logger LOG = LoggerFactory.getLogger(StoreComponent.class);
    private static final long STOP_SECONDS = 30;

    /** What an operator can set. */
    @ObjectClassDefinition(name = "PeerEdge content store")
    public @interface Config {
        /** Key {@code dir}. */
        @AttributeDefinition(
                description =
                        "Folder that holds everything; empty for peeredge/store in Karaf's data"
                                + " folder")
        String dir() default "";

        /** Key {@code quota.bytes}. */
        @AttributeDefinition(
                description = "Most bytes in blobs; 0 for 80 % of the file system",
                min = "0")
        long quota_bytes() default 0;

        /** Key {@code reserve.free.bytes}. */
        @AttributeDefinition(description = "Disk space left to others", min = "0")
        long reserve_free_bytes() default 268_435_456;

        /** Key {@code flush.bytes}. */
        @AttributeDefinition(
                description = "Written bytes that a crash of the machine may cost, per blob",
                min = "262144",
                max = "16777216")
        int flush_bytes() default 16_777_216;

        /** Key {@code flush.delay.millis}. */
        @AttributeDefinition(
                description = "How long written bytes may wait until they are durable",
                min = "10",
                max = "1000")
        int flush_delay_millis() default 1000;

        /** Key {@code max.open}. */
        @AttributeDefinition(
                description = "Most incomplete blobs open at once",
                min = "1",
                max = "65536")
        int max_open() default 512;

        /** Key {@code max.record.bytes}. */
        @AttributeDefinition(
                description = "Most bytes of small values of other components, such as tags",
                min = "65536",
                max = "1073741824")
        long max_record_bytes() default 67_108_864;
    }

    private final MetricScope scope;
    private final ExecutorService starter;
    private final Object lock = new Object();
    private @Nullable FileContentStore store;
    private @Nullable ServiceRegistration<ContentStore> registration;
    private boolean stopped;

    /** Checks the configuration and begins to open the store. */
    @Activate
    public StoreComponent(
            BundleContext context,
            @Reference Clock clock,
            @Reference Threads threads,
            @Reference Metrics metrics,
            @Reference Evictor evictor,
            Config config) {
        StoreSettings settings = settings(config, context);
        scope = metrics.scope();
        starter = threads.newPool(StoreSettings.BUNDLE, "start", 1, 1);
        starter.execute(() -> start(context, settings, clock, threads, evictor));
    }

    private static StoreSettings settings(Config config, BundleContext context) {
        ConfigCheck check = new ConfigCheck(StoreSettings.BUNDLE);
        return new StoreSettings(
                dir(config.dir(), context),
                check.range("quota.bytes", config.quota_bytes(), 0, Long.MAX_VALUE),
                check.range("reserve.free.bytes", config.reserve_free_bytes(), 0, Long.MAX_VALUE),
                check.range("flush.bytes", config.flush_bytes(), 1 << 18, 16 << 20),
                Duration.ofMillis(
                        check.range("flush.delay.millis", config.flush_delay_millis(), 10, 1000)),
                check.range("max.open", config.max_open(), 1, 65_536),
                check.range("max.record.bytes", config.max_record_bytes(), 1 << 16, 1 << 30));
    }

    private static Path dir(String configured, BundleContext context) {
        if (!configured.isBlank()) {
            return Path.of(configured).toAbsolutePath().normalize();
        }
        String data = context.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data, "peeredge", "store").toAbsolutePath();
    }

    private void start(
            BundleContext context,
            StoreSettings settings,
            Clock clock,
            Threads threads,
            Evictor evictor) {
        FileContentStore opened;
        try {
            opened = new FileContentStore(settings, clock, threads, scope, evictor);
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "store: cannot open {}; mend what follows, then restart the bundle {}",
                    settings.dir(),
                    StoreSettings.BUNDLE,
                    e);
            return;
        }
        synchronized (lock) {
            if (stopped) {
                opened.close();
                return;
            }
            store = opened;
        }
        // Outside the lock: whoever waits for the store is activated in this call.
        ServiceRegistration<ContentStore> registered =
                context.registerService(
                        ContentStore.class, opened, FrameworkUtil.asDictionary(Map.of()));
        synchronized (lock) {
            if (!stopped) {
                registration = registered;
                return;
            }
        }
        registered.unregister();
    }

    /** Withdraws the service, waits for a running start, closes the store. */
    @Deactivate
    void deactivate() {
        ServiceRegistration<ContentStore> registered;
        synchronized (lock) {
            stopped = true;
            registered = registration;
            registration = null;
        }
        if (registered != null) {
            registered.unregister();
        }
        starter.shutdown();
        boolean interrupted = false;
        try {
            if (!starter.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("store: the start still runs after {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        FileContentStore open;
        synchronized (lock) {
            open = store;
            store = null;
        }
        if (open != null) {
            open.close();
        }
        scope.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
