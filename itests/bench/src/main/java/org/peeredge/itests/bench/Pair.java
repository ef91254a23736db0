// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * One pair on loopback, encrypted, checked, stored: the receiver is asked for the last byte of a
 * new blob, so that all of it is fetched and no client costs anything; beside it curl fetches a
 * file of the same size from nginx over TLS 1.3.
 */
final class Pair {
    private static final long BYTES = 512L << 20;
    private static final int WARM_UP = 3;
    private static final int RUNS = 5;

    private Pair() {}

    static List<Figure> measure(Path work) throws IOException, InterruptedException {
        Path full = Distribution.unpack("full", work);
        Path edge = Distribution.unpack("edge", work);
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        try (LocalMesh mesh = new LocalMesh(work.resolve("nodes"), full, edge);
                HttpClient http = HttpClient.newHttpClient();
                Nginx nginx = Nginx.start(work, BYTES)) {
            NodeProcess origin = mesh.startOrigin(Map.of());
            NodeProcess receiver = mesh.startEdges(1, Map.of()).getFirst();
            List<Long> pids = List.of(Cpu.javaPid(origin.handle()), Cpu.javaPid(receiver.handle()));
            for (int i = 0; i < WARM_UP + RUNS; i++) {
                Image image = Http.publish(origin, work, "pair" + i, i, BYTES);
                String blob = "/blobs/" + image.blobs().getLast().digest();
                double before = Cpu.seconds(pids);
                long start = System.nanoTime();
                Http.read(http, receiver, blob, "bytes=" + (BYTES - 1) + "-" + (BYTES - 1));
                awaitStored(receiver, image.blobs().getLast().digest());
                double seconds = (System.nanoTime() - start) / 1e9;
                double used = Cpu.seconds(pids) - before;
                double peer = nginx.fetch();
                if (i >= WARM_UP) {
                    ours.add(BYTES * 8 / seconds / 1e9);
                    theirs.add(BYTES * 8 / peer / 1e9);
                    cpu.add(used / (BYTES / 1e9));
                }
            }
        }
        return List.of(
                Figure.of(
                        "one pair, loopback: goodput vs nginx TLS to curl",
                        ours,
                        theirs,
                        ">= 0.5",
                        "1.0",
                        "Gbit/s"),
                Figure.of(
                        "one pair, loopback: CPU seconds per GB, both ends",
                        cpu,
                        "<= 2.6",
                        "1.6",
                        "s"));
    }

    /** The blob's file appears under its final name when it is complete and durable. */
    static void awaitStored(NodeProcess node, String digest)
            throws IOException, InterruptedException {
        String hex = digest.substring("sha256:".length());
        Path file =
                node.spec()
                        .home()
                        .resolve(
                                "data/peeredge/store/blobs/sha256/"
                                        + hex.substring(0, 2)
                                        + "/"
                                        + hex);
        long end = System.nanoTime() + 60_000_000_000L;
        while (!Files.exists(file)) {
            if (System.nanoTime() > end) {
                throw new IOException(file + " did not appear");
            }
            Thread.onSpinWait();
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }
}
