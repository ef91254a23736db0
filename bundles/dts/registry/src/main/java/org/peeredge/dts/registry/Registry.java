// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.registry.blob.Blobs;
import org.peeredge.dts.registry.http.ManifestRequests;
import org.peeredge.dts.registry.http.RegistryHandler;
import org.peeredge.dts.registry.manifest.Completeness;
import org.peeredge.dts.registry.manifest.Manifests;
import org.peeredge.dts.registry.push.Publisher;
import org.peeredge.dts.registry.push.PushToken;
import org.peeredge.dts.registry.push.UploadRequests;
import org.peeredge.dts.registry.tag.Pins;
import org.peeredge.dts.registry.tag.StoredImages;
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

    /** Uploads are looked at ten times in their life, but not more often than that. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final ExecutorService workers;
    private final UploadRequests uploads;
    private final Upkeep upkeep;
    private final HttpListener listener;
    private final Images images;

    /** What reads and keeps content. */
    private record Parts(
            StoreWriter writer,
            Completeness completeness,
            Manifests manifests,
            Pins pins,
            TagResolver tags) {
        static Parts of(House house, RegistrySettings settings, ExecutorService workers) {
            StoreWriter writer =
                    new StoreWriter(house.store(), house.transfers(), settings.publishTimeout());
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
            Pins pins = new Pins(house.store(), house.mesh().self(), manifests::named);
            TagResolver tags =
                    new TagResolver(
                            house.store(),
                            house.mesh(),
                            house.upstream(),
                            manifests::fetchByTag,
                            pins,
                            house.clock(),
                            settings);
            return new Parts(writer, completeness, manifests, pins, tags);
        }
    }

    /** Starts; {@code IOException} when the token cannot be read or the address not be bound. */
    Registry(House house, RegistrySettings settings, MetricScope metrics) throws IOException {
        workers = house.threads().newVirtualPool(RegistryConfig.PID, "check");
        Parts parts = Parts.of(house, settings, workers);
        images = new StoredImages(house.store(), parts.tags(), parts.pins(), settings);
        uploads = new UploadRequests(parts.writer(), house.clock(), settings);
        upkeep =
                new Upkeep(
                        house.threads().newLoop(RegistryConfig.PID, "timer"),
                        workers,
                        pause(settings.uploadExpiry()),
                        () -> {
                            uploads.sweep();
                            parts.pins().release();
                        });
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
                                    handler(house, settings, metrics, parts, token));
        } catch (IOException | RuntimeException e) {
            upkeep.close();
            uploads.close();
            workers.shutdownNow();
            throw e;
        }
    }

    private RegistryHandler handler(
            House house,
            RegistrySettings settings,
            MetricScope metrics,
            Parts parts,
            Optional<PushToken> token) {
        Publisher publisher =
                new Publisher(
                        house.transfers(),
                        house.upstream(),
                        parts.writer(),
                        parts.manifests(),
                        parts.tags(),
                        parts.pins(),
                        settings);
        Blobs blobs =
                new Blobs(
                        house.transfers(),
                        house.upstream(),
                        parts.writer(),
                        parts.manifests(),
                        parts.completeness(),
                        settings);
        return new RegistryHandler(
                settings,
                token,
                new ManifestRequests(
                        parts.tags(), parts.manifests(), parts.completeness(), publisher, metrics),
                blobs,
                uploads,
                metrics);
    }

    private static Duration pause(Duration expiry) {
        return Duration.ofMillis(
                Math.clamp(
                        expiry.dividedBy(10).toMillis(),
                        SHORTEST_PAUSE.toMillis(),
                        LONGEST_PAUSE.toMillis()));
    }

    /** What is published and kept here, for other bundles. */
    Images images() {
        return images;
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
        upkeep.close();
        workers.shutdownNow();
        uploads.close();
    }
}
