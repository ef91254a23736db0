// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.registry.blob.Blobs;
import org.peeredge.dts.registry.http.ManifestRequests;
import org.peeredge.dts.registry.http.RegistryHandler;
import org.peeredge.dts.registry.manifest.Completeness;
import org.peeredge.dts.registry.manifest.Manifests;
import org.peeredge.dts.registry.push.Publisher;
import org.peeredge.dts.registry.push.PushToken;
import org.peeredge.dts.registry.push.UploadRequests;
import org.peeredge.dts.registry.tag.TagResolver;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.HttpOptions;

/** The registry without OSGi: all its parts, put together, behind one listener. */
final class Registry implements AutoCloseable {
    /** What the registry works on. */
    record House(
            HttpListeners listeners,
            ContentStore store,
            Transfers transfers,
            Mesh mesh,
            UpstreamClient upstream,
            Threads threads,
            Clock clock) {}

    private final ExecutorService workers;
    private final UploadRequests uploads;
    private final HttpListener listener;

    /** Starts; {@code IOException} when the token cannot be read or the address not be bound. */
    Registry(House house, RegistrySettings settings, MetricScope metrics) throws IOException {
        workers = house.threads().newVirtualPool(RegistryConfig.PID, "check");
        StoreWriter writer =
                new StoreWriter(house.store(), house.transfers(), settings.publishTimeout());
        uploads = new UploadRequests(writer, house.clock(), settings);
        try {
            uploads.prepare();
            // The token is there before the port is: who sees the one can read the other.
            Optional<PushToken> token =
                    settings.push()
                            ? Optional.of(PushToken.at(settings.pushTokenFile()))
                            : Optional.empty();
            metrics.gauge(
                    "peeredge_dts_registry_uploads", "Uploads that are open now.", uploads::open);
            listener =
                    house.listeners()
                            .listen(
                                    new HttpOptions(
                                            RegistryConfig.PID,
                                            settings.host(),
                                            settings.port(),
                                            Optional.empty(),
                                            settings.maxRequests(),
                                            settings.maxHeaderBytes(),
                                            settings.idle()),
                                    handler(house, settings, metrics, writer, token));
        } catch (IOException | RuntimeException e) {
            uploads.close();
            workers.shutdownNow();
            throw e;
        }
    }

    private RegistryHandler handler(
            House house,
            RegistrySettings settings,
            MetricScope metrics,
            StoreWriter writer,
            Optional<PushToken> token) {
        Completeness completeness =
                new Completeness(
                        house.store(),
                        house.transfers(),
                        house.mesh(),
                        house.upstream(),
                        workers,
                        house.clock(),
                        settings);
        Manifests manifests =
                new Manifests(
                        house.store(),
                        house.transfers(),
                        house.upstream(),
                        completeness,
                        writer,
                        house.clock(),
                        settings);
        TagResolver tags =
                new TagResolver(
                        house.store(),
                        house.mesh(),
                        house.upstream(),
                        manifests::fetchByTag,
                        house.clock(),
                        settings);
        Publisher publisher =
                new Publisher(
                        house.store(),
                        house.transfers(),
                        house.upstream(),
                        writer,
                        manifests,
                        tags,
                        settings);
        Blobs blobs =
                new Blobs(
                        house.transfers(),
                        house.upstream(),
                        writer,
                        manifests,
                        completeness,
                        settings);
        return new RegistryHandler(
                settings,
                token,
                new ManifestRequests(tags, manifests, completeness, publisher, metrics),
                blobs,
                uploads,
                metrics);
    }

    String host() {
        return listener.host();
    }

    int port() {
        return listener.port();
    }

    /** Cuts the connections, ends the requests, drops the uploads. */
    @Override
    public void close() {
        listener.close();
        workers.shutdownNow();
        uploads.close();
    }
}
