// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.netty.runtime.NettyComponent;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;

/** Scrapes the real endpoint over HTTP through the real listener. */
final class MetricsEndpointTest {
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "[a-z][a-z0-9_]*(\\{[a-z][a-z0-9_]*=\"(\\\\.|[^\"\\\\])*\""
                            + "(,[a-z][a-z0-9_]*=\"(\\\\.|[^\"\\\\])*\")*})?"
                            + " (NaN|[+-]Inf|-?[0-9][0-9.eE+-]*)");
    private static final Pattern COMMENT =
            Pattern.compile("# (HELP|TYPE|UNIT) [a-z][a-z0-9_]* ?.*");

    private static <T> T config(Class<T> type, Map<String, Object> values) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, args) ->
                                values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    private interface Visit {
        void with(MetricsEndpoint endpoint) throws Exception;
    }

    private static void withEndpoint(Metrics metrics, TestKernel kernel, Visit visit)
            throws Exception {
        NettyComponent netty =
                new NettyComponent(
                        kernel.threads(),
                        kernel.clock(),
                        kernel.metrics(),
                        config(NettyComponent.Config.class, Map.of()));
        try {
            MetricsEndpoint endpoint =
                    new MetricsEndpoint(
                            config(MetricsEndpoint.Config.class, Map.of("port", 0)),
                            metrics,
                            netty);
            try {
                visit.with(endpoint);
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new MetricsEndpoint(
                                        config(
                                                MetricsEndpoint.Config.class,
                                                Map.of("port", endpoint.port())),
                                        metrics,
                                        netty),
                        "the port is taken");
            } finally {
                endpoint.deactivate();
            }
        } finally {
            var stop = NettyComponent.class.getDeclaredMethod("deactivate");
            stop.setAccessible(true);
            stop.invoke(netty);
        }
    }

    private static HttpResponse<String> get(int port, String path, String... headers)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void everyLineOfAScrapeIsWellFormed() throws Exception {
        try (TestKernel kernel = new TestKernel();
                MetricScope scope = kernel.metrics().scope()) {
            scope.counter("peeredge_test_things_total", "Things.", "kind", "a \"b\" \\").add(42);
            scope.gauge("peeredge_test_level_bytes", "A level.\nTwo lines.", () -> 1.5);
            withEndpoint(
                    kernel.metrics(),
                    kernel,
                    endpoint -> {
                        HttpResponse<String> answer = get(endpoint.port(), "/metrics");
                        assertEquals(200, answer.statusCode());
                        String type = answer.headers().firstValue("Content-Type").orElse("");
                        assertTrue(type.startsWith("text/plain"), type);
                        List<String> lines = answer.body().lines().toList();
                        for (String line : lines) {
                            assertTrue(
                                    SAMPLE.matcher(line).matches()
                                            || COMMENT.matcher(line).matches(),
                                    line);
                        }
                        assertTrue(
                                lines.contains(
                                        "peeredge_test_things_total{kind=\"a \\\"b\\\" \\\\\"}"
                                                + " 42.0"),
                                answer.body());
                        assertTrue(lines.contains("peeredge_test_level_bytes 1.5"));
                        assertTrue(lines.contains("peeredge_metrics_left_out_families 0.0"));
                        assertTrue(answer.body().contains("\njvm_memory_used_bytes{"));
                        assertTrue(answer.body().contains("\nprocess_cpu_seconds_total "));
                    });
        }
    }

    @Test
    void speaksOpenMetricsToWhoAsksForIt() throws Exception {
        try (TestKernel kernel = new TestKernel();
                MetricScope scope = kernel.metrics().scope()) {
            scope.counter("peeredge_test_things_total", "Things.").add(7);
            withEndpoint(
                    kernel.metrics(),
                    kernel,
                    endpoint -> {
                        HttpResponse<String> answer =
                                get(
                                        endpoint.port(),
                                        "/metrics",
                                        "Accept",
                                        "application/openmetrics-text; version=1.0.0");
                        String type = answer.headers().firstValue("Content-Type").orElse("");
                        assertTrue(type.startsWith("application/openmetrics-text"), type);
                        assertTrue(answer.body().endsWith("# EOF\n"));
                        assertTrue(answer.body().contains("peeredge_test_things_total 7.0"));
                        assertEquals(404, get(endpoint.port(), "/").statusCode());
                    });
        }
    }

    @Test
    void aMalformedFamilyHidesNoOther() throws Exception {
        List<Metrics.Family> families = new ArrayList<>();
        families.add(family("peeredge_good_things_total", Metrics.Kind.COUNTER));
        families.add(family("peeredge Bad", Metrics.Kind.GAUGE));
        families.add(family("peeredge_no_ending", Metrics.Kind.COUNTER));
        families.add(family("peeredge_bad_label", Metrics.Kind.GAUGE, "a-b", "c"));
        families.add(family("peeredge_odd_labels", Metrics.Kind.GAUGE, "a"));
        families.add(family("peeredge_good_things", Metrics.Kind.GAUGE));
        try (TestKernel kernel = new TestKernel()) {
            Metrics metrics =
                    new Metrics() {
                        @Override
                        public MetricScope scope() {
                            return kernel.metrics().scope();
                        }

                        @Override
                        public List<Family> collect() {
                            return families;
                        }
                    };
            NodeCollector collector = new NodeCollector(metrics);
            assertEquals(1, collector.collect().size());
            assertEquals(5, collector.leftOut());
            withEndpoint(
                    metrics,
                    kernel,
                    endpoint -> {
                        String body = get(endpoint.port(), "/metrics").body();
                        assertTrue(body.contains("peeredge_good_things_total 1.0"), body);
                        assertFalse(body.contains("peeredge_bad_label"), body);
                    });
        }
    }

    private static Metrics.Family family(String name, Metrics.Kind kind, String... labels) {
        return new Metrics.Family(
                name, "Help.", kind, List.of(new Metrics.Value(List.of(labels), 1)));
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Residue residue = Residue.now();
        try (TestKernel kernel = new TestKernel()) {
            withEndpoint(
                    kernel.metrics(),
                    kernel,
                    endpoint -> assertEquals(200, get(endpoint.port(), "/metrics").statusCode()));
            assertEquals(0, kernel.metrics().size());
        }
        residue.assertBack();
    }
}
