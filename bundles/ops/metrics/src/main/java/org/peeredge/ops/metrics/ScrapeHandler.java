// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpRequest;
import org.peeredge.kernel.netty.HttpResponse;

/**
 * Answers {@code GET /metrics} in the Prometheus text format 0.0.4, or in OpenMetrics 1.0 for
 * clients that accept it.
 */
final class ScrapeHandler implements HttpHandler {
    static final String PATH = "/metrics";

    private final PrometheusRegistry registry;
    private final ExpositionFormatWriter plain = PrometheusTextFormatWriter.create();
    private final ExpositionFormatWriter open = OpenMetricsTextFormatWriter.create();

    ScrapeHandler(PrometheusRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void handle(HttpRequest request, HttpResponse response) throws IOException {
        if (!request.path().equals(PATH)) {
            text(response, 404, "The metrics are at " + PATH + "\n");
            return;
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            response.header("Allow", "GET, HEAD");
            text(response, 405, "Only GET and HEAD\n");
            return;
        }
        ExpositionFormatWriter writer =
                request.headers("Accept").stream().anyMatch(open::accepts) ? open : plain;
        ByteArrayOutputStream body = new ByteArrayOutputStream(32 * 1024);
        writer.write(body, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        response.header("Content-Type", writer.getContentType());
        response.send(200, body.toByteArray());
    }

    private static void text(HttpResponse response, int status, String text) throws IOException {
        response.header("Content-Type", "text/plain; charset=utf-8");
        response.send(status, text.getBytes(StandardCharsets.UTF_8));
    }
}
