// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that is registered only once it is warm, which is found out on a thread of its own: a
 * component would be visible before. Safe for use by many threads.
 *
 * @param <S> the service
 */
public final class WarmService<S> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WarmService.class);

    /**
     * Makes a service.
     *
     * @param <S> the service
     */
    public interface Warm<S> {
        /** Makes it and warms it up; on a thread that is interrupted when it is not wanted. */
        S make() throws InterruptedException;
    }

    private final ExecutorService thread;
    private final BundleContext context;

    /** For the log: once the bundle is stopped its context tells nothing any more. */
    private final String bundle;

    private boolean closed;
    private @Nullable ServiceRegistration<S> registration;

    /**
     * Begins to warm up.
     *
     * @param warm makes the service and warms it up; throws {@code UnsupportedOperationException}
     *     with the reason where this node is not made for it
     */
    public WarmService(
            BundleContext context,
            Threads threads,
            Class<S> type,
            Map<String, ?> properties,
            Warm<S> warm) {
        this.context = context;
        bundle = String.valueOf(context.getBundle());
        thread = threads.newPool(context.getBundle().getSymbolicName(), "warm", 1, 0);
        thread.execute(() -> {
            try {
                register(type, warm.make(), properties);
            } catch (InterruptedException e) {
                LOG.debug("{} left before it was warm", bundle, e);
            } catch (UnsupportedOperationException e) {
                LOG.info("{} offers nothing on this node: {}", bundle, e.getMessage());
            } catch (RuntimeException | LinkageError e) {
                failed(e);
            }
        });
        thread.shutdown();
    }

    private synchronized void register(Class<S> type, S service, Map<String, ?> properties) {
        if (!closed) {
            registration =
                    context.registerService(type, service, FrameworkUtil.asDictionary(properties));
        }
    }

    /** Once it is closed, what the service works with may have been taken from under it. */
    private synchronized void failed(Throwable e) {
        if (!closed) {
            LOG.error("{} cannot be had on this node", bundle, e);
        }
    }

    /** Takes the service away; safe to repeat. */
    @Override
    public void close() {
        ServiceRegistration<S> here;
        synchronized (this) {
            closed = true;
            here = registration;
            registration = null;
        }
        thread.shutdownNow();
        if (here != null) {
            here.unregister();
        }
    }
}
