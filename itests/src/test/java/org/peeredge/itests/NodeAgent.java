// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * A bundle of this one class: does inside a node what {@link NodeDriver} asks for, one line per
 * connection on loopback. {@code agent.port} in the data folder says where.
 */
public final class NodeAgent implements BundleActivator, SynchronousBundleListener, Runnable {
    static final String PORT_FILE = "agent.port";
    private static final String NAME = "org.peeredge.itests.agent";

    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile @Nullable BundleContext context;
    private volatile @Nullable ServerSocket server;

    /** Writes the bundle to {@code jar}. */
    static void write(Path jar) throws IOException {
        OneClassBundle.write(
                jar,
                NAME,
                NodeAgent.class,
                Map.of(
                        "Import-Package",
                        "org.osgi.framework, org.osgi.framework.dto, org.osgi.dto,"
                                + " org.osgi.service.component.runtime,"
                                + " org.osgi.service.component.runtime.dto"));
    }

    @Override
    public void start(BundleContext bundleContext) throws IOException {
        context = bundleContext;
        bundleContext.addBundleListener(this);
        ServerSocket door = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        server = door;
        Thread.ofPlatform().daemon().name("agent").start(this);
        Path file = Path.of(bundleContext.getProperty("karaf.data"), PORT_FILE);
        Path next = Files.writeString(file.resolveSibling("agent.next"), "" + door.getLocalPort());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void stop(BundleContext bundleContext) throws IOException {
        bundleContext.removeBundleListener(this);
        ServerSocket door = server;
        if (door != null) {
            door.close();
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        events.add(event.getType() + " " + event.getBundle().getSymbolicName());
    }

    @Override
    public void run() {
        ServerSocket door = server;
        while (door != null && !door.isClosed()) {
            try (Socket socket = door.accept();
                    BufferedReader in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8));
                    OutputStream out = socket.getOutputStream()) {
                String line = in.readLine();
                if (line != null) {
                    out.write(answer(line).getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // the door closed, or the other side left: it sees that itself
            }
        }
    }

    // Whatever goes wrong is for the test to see.
    @SuppressWarnings("CatchingUnchecked")
    private String answer(String line) {
        BundleContext known = context;
        if (known == null) {
            return "ERROR not started";
        }
        String[] words = line.split(" ", 2);
        try {
            return switch (words[0]) {
                case "swap" -> swap(bundle(known, words[1]));
                case "others" -> others(known, words[1]);
                case "events" -> events(words[1]);
                case "residue" -> residue();
                default -> "ERROR unknown: " + line;
            };
        } catch (Throwable e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return "ERROR " + trace;
        }
    }

    private static Bundle bundle(BundleContext context, String name) throws BundleException {
        return Arrays.stream(context.getBundles())
                .filter(b -> name.equals(b.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new BundleException("no bundle is named " + name));
    }

    /** A new copy of the bundle, with classes of its own, takes the old one's place. */
    private static String swap(Bundle bundle) throws BundleException {
        bundle.update();
        return bundle.getState() == Bundle.ACTIVE ? "ok" : "ERROR state " + bundle.getState();
    }

    /**
     * States of all other bundles, their DS components' ids and states, and the ids of their
     * services: what comes again after a stop has another id.
     */
    private static String others(BundleContext context, String name) throws InvalidSyntaxException {
        Stream<String> bundles =
                Arrays.stream(context.getBundles())
                        .filter(b -> !name.equals(b.getSymbolicName()))
                        .map(b -> b + " " + b.getState() + " " + b.getLastModified());
        ServiceReference<?>[] all = context.getAllServiceReferences(null, null);
        Stream<String> services =
                Arrays.stream(all)
                        .filter(s -> s.getBundle() != null)
                        .filter(s -> !name.equals(s.getBundle().getSymbolicName()))
                        .map(s -> s.getBundle() + " service " + s.getProperty("service.id"));
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = context.getService(reference);
        Stream<String> components =
                runtime.getComponentDescriptionDTOs().stream()
                        .filter(d -> !name.equals(d.bundle.symbolicName))
                        .flatMap(d ->
                                runtime.getComponentConfigurationDTOs(d).stream()
                                        .map(c ->
                                                d.bundle.symbolicName
                                                        + " component "
                                                        + d.name
                                                        + " "
                                                        + c.id
                                                        + " "
                                                        + c.state));
        String text =
                Stream.of(bundles, services, components)
                        .flatMap(s -> s)
                        .sorted()
                        .collect(Collectors.joining("\n"));
        context.ungetService(reference);
        return text;
    }

    /** What happened to other bundles since this was last asked for. */
    private String events(String name) {
        List<String> seen = List.copyOf(events);
        events.clear();
        return seen.stream()
                .filter(e -> !e.endsWith(" " + name))
                .distinct()
                .collect(Collectors.joining("\n"));
    }

    /** Threads by role, direct memory, and classes, after a garbage collection. */
    private static String residue() {
        System.gc();
        Map<String, Long> threads =
                Thread.getAllStackTraces().keySet().stream()
                        .map(t -> t.getName().replaceAll("[0-9]+", "#").replace(' ', '_'))
                        .collect(Collectors.groupingBy(n -> n, Collectors.counting()));
        long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(p -> p.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
        return Stream.concat(
                        Stream.of("direct " + direct, "classes " + classes),
                        threads.entrySet().stream()
                                .map(e -> "thread:" + e.getKey() + " " + e.getValue()))
                .collect(Collectors.joining("\n"));
    }
}
