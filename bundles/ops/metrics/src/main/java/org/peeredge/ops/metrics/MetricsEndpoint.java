// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.metrics;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.HttpOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Prometheus endpoint; a change of configuration restarts it. */
@Component(
        service = {},
        immediate = true,
        configurationPid = MetricsEndpoint.PID)
@Designate(ocd = MetricsEndpoint.Config.class)
public final class MetricsEndpoint {
    static final String PID = "org.peeredge.ops.metrics";

    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final MetricScope scope;
    private final HttpListener listener;

    /** Configuration of {@value #PID}. */
    @ObjectClassDefinition(name = "PeerEdge metrics endpoint")
    public @interface Config {
        @AttributeDefinition(
                description =
                        "Address to listen on. The endpoint asks for no login: leave it on"
                                + " loopback, or put a proxy that does before it")
        String host() default "127.0.0.1";

        @AttributeDefinition(
                description = "Port to listen on; 0 takes a free one",
                min = "0",
                max = "65535")
        int port() default 7460;

        @AttributeDefinition(
                description = "Scrapes answered at once; one beyond gets 503",
                min = "1",
                max = "1000")
        int max_requests() default 8;
    }

    /** Opens the endpoint; refuses when the address cannot be bound. Called by DS. */
    @Activate
    public MetricsEndpoint(
            Config config, @Reference Metrics metrics, @Reference HttpListeners listeners) {
        ConfigCheck check = new ConfigCheck(PID);
        String host = check.notBlank("host", config.host());
        int port = check.range("port", config.port(), 0, 65_535);
        int requests = check.range("max.requests", config.max_requests(), 1, 1_000);
        NodeCollector collector = new NodeCollector(metrics);
        registry.register(collector);
        JvmNumbers.register(registry);
        try {
            listener =
                    listeners.listen(
                            new HttpOptions(
                                    PID,
                                    host,
                                    port,
                                    Optional.empty(),
                                    requests,
                                    MAX_HEADER_BYTES,
                                    IDLE),
                            new ScrapeHandler(registry));
        } catch (IOException e) {
            IllegalArgumentException refused =
                    check.bad("port", port, "cannot listen there: " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
        scope = metrics.scope();
        try {
            scope.gauge(
                    "peeredge_metrics_left_out_families",
                    "Metric families left out of the last scrape because they are malformed.",
                    collector::leftOut);
        } catch (RuntimeException e) {
            // DS calls no deactivate for a component that was never active.
            listener.close();
            throw e;
        }
        LOG.info("Metrics are at http://{}:{}{}", host, listener.port(), ScrapeHandler.PATH);
    }

    @Deactivate
    void deactivate() {
        scope.close();
        listener.close();
        registry.clear();
    }

    /** The port that is bound. */
    int port() {
        return listener.port();
    }
}
