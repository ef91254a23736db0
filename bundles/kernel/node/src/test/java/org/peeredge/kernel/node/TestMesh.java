// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.join.Door;
import org.peeredge.kernel.node.metrics.NodeMetrics;
import org.peeredge.kernel.node.runtime.NodeThreads;
import org.peeredge.kernel.node.runtime.SystemClock;
import org.peeredge.kernel.node.trust.HostPort;
import org.peeredge.kernel.node.trust.NodeIdentity;

/**
 * Whole kernels built with {@code new}: real files, threads, sockets and TLS; time is the test's.
 */
final class TestMesh implements AutoCloseable {
    static final Duration LIFE = Duration.ofDays(7);

    final MovingClock clock = new MovingClock();
    final NodeMetrics metrics = new NodeMetrics();
    private final Supplier<Path> root;
    private final NodeThreads threads = new NodeThreads(new SystemClock(), metrics);
    private final MetricScope scope = metrics.scope();
    private final TestNetwork network;
    private final List<Kernel> open = new ArrayList<>();

    TestMesh(TestNetwork network, Supplier<Path> root) {
        this.network = network;
        this.root = root;
    }

    /** One kernel and what it told its publisher. */
    final class Kernel implements Publisher, AutoCloseable {
        final String name;
        final NodeSettings settings;
        final Node node;
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        volatile @Nullable NodeIdentity identity;
        volatile @Nullable MeshAuthority authority;
        volatile List<HostPort> doors = List.of(new HostPort("127.0.0.1", 1));
        private @Nullable HttpListener listener;

        Kernel(String name, boolean create) {
            this.name = name;
            Path folder = root.get().resolve(name);
            settings =
                    new NodeSettings(
                            folder.resolve("data"),
                            create,
                            folder.resolve("join.token"),
                            () -> doors,
                            LIFE,
                            Duration.ofHours(1));
            node = new Node(settings, clock, threads, metrics, this);
            node.start();
        }

        @Override
        public void memberUp(NodeIdentity member) {
            identity = member;
            events.add("up");
        }

        @Override
        public void memberDown() {
            events.add("down");
        }

        @Override
        public void authority(MeshAuthority lead) {
            authority = lead;
            events.add("authority");
        }

        Kernel expect(String... expected) throws InterruptedException {
            for (String event : expected) {
                assertEquals(event, events.poll(20, TimeUnit.SECONDS), name);
            }
            return this;
        }

        NodeIdentity identity() {
            NodeIdentity now = identity;
            assertNotNull(now);
            return now;
        }

        MeshAuthority authority() {
            MeshAuthority now = authority;
            assertNotNull(now);
            return now;
        }

        Kernel openDoor() throws IOException {
            HttpListener opened =
                    DoorComponent.open(
                            "127.0.0.1",
                            doors.getFirst().port() == 1 ? 0 : doors.getFirst().port(),
                            network.listeners(),
                            new Door(authority(), clock, scope),
                            authority());
            listener = opened;
            doors = List.of(new HostPort("127.0.0.1", opened.port()));
            return this;
        }

        void closeDoor() {
            HttpListener now = listener;
            if (now != null) {
                now.close();
                listener = null;
            }
        }

        /** Joins and waits; the failure that the caller would see. */
        void join(String token) throws Throwable {
            try {
                node.join(token).toCompletableFuture().get(20, TimeUnit.SECONDS);
            } catch (ExecutionException | CompletionException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() {
            closeDoor();
            node.close();
            open.remove(this);
        }
    }

    /** A mesh of one, its door open. */
    Kernel authority(String name) throws Exception {
        Kernel kernel = node(name, true);
        return kernel.expect("up", "authority").openDoor();
    }

    Kernel node(String name) {
        return node(name, false);
    }

    Kernel node(String name, boolean create) {
        Kernel kernel = new Kernel(name, create);
        open.add(kernel);
        return kernel;
    }

    /** Nudges until {@code condition} holds; the test's own time limit ends it. */
    static void until(BooleanSupplier condition, Runnable nudge) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("waited in vain");
            }
            nudge.run();
            LockSupport.parkNanos(1_000_000);
        }
    }

    double metric(String name, String... labels) {
        return metrics.collect().stream()
                .filter(f -> f.name().equals(name))
                .flatMap(f -> f.values().stream())
                .filter(v -> v.labels().equals(List.of(labels)))
                .findFirst()
                .map(v -> v.value())
                .orElse(0.0);
    }

    @Override
    public void close() {
        for (Kernel kernel : List.copyOf(open)) {
            kernel.close();
        }
        scope.close();
    }
}
