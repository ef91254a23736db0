// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** One pull of the same reference at several nodes at once, with what their metrics say of it. */
final class PullRun {
    private static final String RECEIVED = "peeredge_dts_engine_received_bytes_total";

    private final AtomicLong bytes = new AtomicLong();
    private final CountDownLatch half = new CountDownLatch(1);
    private volatile long halfBytes = Long.MAX_VALUE;

    private PullRun() {}

    /**
     * What one node did.
     *
     * @param contentBytes the bytes of all blobs
     * @param originBytes received from origins
     * @param peerBytes received from other members
     * @param upstreamBytes read from the registry behind the mesh
     * @param digests blobs whose digest the client checked
     */
    record Row(
            String node,
            long contentBytes,
            long originBytes,
            long peerBytes,
            long upstreamBytes,
            double seconds,
            int digests) {}

    /** Something to do while the pull runs. */
    interface During {
        void act(PullRun run) throws IOException, InterruptedException;
    }

    /** Waits until half of the bytes have reached the clients, or the pull has ended. */
    void awaitHalf() throws InterruptedException {
        half.await();
    }

    /** Pulls at all of {@code nodes} at once; a row for each, in the order of their names. */
    static List<Row> run(
            List<NodeProcess> nodes, String repository, String reference, During during)
            throws IOException, InterruptedException {
        PullRun run = new PullRun();
        List<Row> rows = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (NodeProcess node : nodes) {
            threads.add(
                    Thread.ofVirtual()
                            .name("pull-" + node.spec().name())
                            .start(() -> {
                                try {
                                    rows.add(run.pull(node, repository, reference, nodes.size()));
                                } catch (IOException | InterruptedException e) {
                                    errors.add(e);
                                } finally {
                                    run.half.countDown();
                                }
                            }));
        }
        during.act(run);
        for (Thread thread : threads) {
            thread.join();
        }
        if (!errors.isEmpty()) {
            IOException failed =
                    new IOException("a pull failed: " + errors.getFirst().getMessage());
            errors.forEach(failed::addSuppressed);
            throw failed;
        }
        rows.sort(java.util.Comparator.comparing(Row::node));
        return List.copyOf(rows);
    }

    private Row pull(NodeProcess node, String repository, String reference, int nodes)
            throws IOException, InterruptedException {
        int metrics = node.spec().ports().metrics();
        Map<String, Double> before = RegistryClient.metrics(metrics);
        long start = System.nanoTime();
        int digests;
        long size;
        try (RegistryClient client = new RegistryClient(node.spec().ports().registry())) {
            size = client.sizeBytes(repository, reference);
            halfBytes = size * nodes / 2;
            digests = client.pull(repository, reference, this::count).size();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Double> after = RegistryClient.metrics(metrics);
        long origin = diff(before, after, "origin");
        long peer = diff(before, after, "peer");
        long upstream = diff(before, after, "upstream");
        return new Row(node.spec().name(), size, origin, peer, upstream, seconds, digests);
    }

    private void count(long n) {
        if (bytes.addAndGet(n) >= halfBytes) {
            half.countDown();
        }
    }

    /** What a node has read from the registry behind the mesh since it started. */
    static long upstreamBytes(NodeProcess node) throws IOException, InterruptedException {
        return diff(Map.of(), RegistryClient.metrics(node.spec().ports().metrics()), "upstream");
    }

    private static long diff(Map<String, Double> before, Map<String, Double> after, String source) {
        String name = RECEIVED + "{source=\"" + source + "\"}";
        return (long) (after.getOrDefault(name, 0.0) - before.getOrDefault(name, 0.0));
    }
}
