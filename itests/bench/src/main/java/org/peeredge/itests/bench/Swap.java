// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * The routing strategy is changed on every node in the middle of a pull. Stall: the longest pause
 * between bytes at the client in the second from the change on, less the longest pause in the
 * second before it.
 */
final class Swap {
    private static final long BYTES = 1L << 30;
    private static final int RUNS = 5;
    private static final long SECOND = 1_000_000_000L;

    private Swap() {}

    static List<Figure> measure(Path work) throws IOException, InterruptedException {
        Path full = Distribution.unpack("full", work);
        Path edge = Distribution.unpack("edge", work);
        List<Double> stalls = new ArrayList<>();
        double failed = 0;
        try (LocalMesh mesh = new LocalMesh(work.resolve("nodes"), full, edge);
                HttpClient http = HttpClient.newHttpClient()) {
            NodeProcess origin = mesh.startOrigin(Map.of());
            NodeProcess node = mesh.startEdges(1, Map.of()).getFirst();
            for (int i = 0; i <= RUNS; i++) {
                Image image = Http.publish(origin, work, "swap" + i, i, BYTES);
                String to = i % 2 == 0 ? "random" : "network";
                List<Long> times = new ArrayList<>();
                long[] change = new long[2];
                Thread changer =
                        Thread.ofVirtual()
                                .unstarted(() -> {
                                    change[0] = System.nanoTime();
                                    try {
                                        mesh.command("routing:strategy-use --nodes all " + to);
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                    change[1] = System.nanoTime();
                                });
                try {
                    read(http, node, image.blobs().getLast().digest(), times, changer);
                } catch (IOException e) {
                    failed++;
                }
                changer.join();
                if (i > 0) {
                    stalls.add(
                            Math.max(
                                    0,
                                    (longest(times, change[0], change[1] + SECOND)
                                                    - longest(times, change[0] - SECOND, change[0]))
                                            / 1e6));
                }
            }
        }
        return List.of(
                Figure.of("strategy swap during a pull: stall", stalls, "<= 100", "10", "ms"),
                Figure.of(
                        "strategy swap during a pull: failed requests",
                        List.of(failed),
                        "0",
                        "0",
                        ""));
    }

    private static void read(
            HttpClient http, NodeProcess node, String digest, List<Long> times, Thread half)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + node.spec().ports().registry()
                                                        + "/v2/"
                                                        + Http.REPOSITORY
                                                        + "/blobs/"
                                                        + digest))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        byte[] buffer = new byte[1 << 16];
        long sum = 0;
        try (InputStream in = answer.body()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                times.add(System.nanoTime());
                sum += n;
                if (sum >= BYTES / 2 && half.getState() == Thread.State.NEW) {
                    half.start();
                }
            }
        }
        if (sum != BYTES) {
            throw new IOException("only " + sum + " bytes of " + BYTES);
        }
    }

    private static double longest(List<Long> times, long from, long to) {
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            if (times.get(i) >= from && times.get(i - 1) <= to) {
                longest = Math.max(longest, times.get(i) - times.get(i - 1));
            }
        }
        return longest;
    }
}
