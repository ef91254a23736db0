// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network of namespaces, made by {@code itests/lab/netlab} (its README says how, and how exact it
 * is). Each lab has a name of its own; {@link #close} ends every process in it and removes it.
 */
public final class Lab implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Set<Lab> OPEN = ConcurrentHashMap.newKeySet();

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String netlab;
    private final String name;
    private final Map<String, String> addresses = new HashMap<>();

    private Lab(String netlab, String name) {
        this.netlab = netlab;
        this.name = name;
    }

    /** Whether this machine can have one. */
    public static boolean possible() {
        return System.getProperty("user.name").equals("root")
                && Commands.has("ip")
                && Commands.has("nft")
                && Commands.has("tc")
                && Commands.has("python3");
    }

    /**
     * Builds a lab.
     *
     * @param root the checkout's top folder
     * @param topology JSON as netlab's README describes it
     */
    public static Lab up(Path root, String topology) throws IOException {
        String netlab = root.resolve("itests/lab/netlab/netlab").toString();
        Lab lab =
                new Lab(
                        netlab,
                        "p"
                                + ProcessHandle.current().pid() % 100_000
                                + "x"
                                + COUNT.incrementAndGet());
        OPEN.add(lab);
        Path file = Files.createTempFile("topology", ".json");
        try {
            Files.writeString(file, topology);
            lab.netlab("up", file.toString()).ok();
        } finally {
            Files.delete(file);
        }
        for (Map.Entry<String, JsonNode> host :
                JSON.readTree(lab.netlab("show").ok().output()).get("hosts").properties()) {
            lab.addresses.put(host.getKey(), host.getValue().get("ip").asText());
        }
        return lab;
    }

    /** Builds a lab. */
    public static Lab up(Path root, Topology topology) throws IOException {
        return up(root, topology.json());
    }

    /**
     * A LAN of hosts {@code h0, h1, ...}, each with links of {@code megabits} up and down; 0 for no
     * limit.
     */
    public static Lab oneLan(Path root, int hosts, int megabits) throws IOException {
        String link =
                megabits == 0
                        ? "{}"
                        : "{\"up\": \"" + megabits + "mbit\", \"down\": \"" + megabits + "mbit\"}";
        return up(
                root,
                "{\"defaults\": {\"host\": "
                        + link
                        + "}, \"lans\": {\"A\": {\"hosts\": "
                        + hosts
                        + "}}}");
    }

    /** The words that run a command in a host. */
    public List<String> in(String host) {
        return List.of("python3", netlab, "-l", name, "exec", host, "--");
    }

    /**
     * The words that run a command in a host's network and with the machine's own mounts: quicker,
     * and daemons find the cgroups; hosts have no names there.
     */
    public List<String> inNetworkOf(String host) {
        return List.of("nsenter", "--net=/run/netns/nl-" + name + "-" + host, "--");
    }

    /** Runs a command in a host. */
    public Ran run(
            String host, Duration timeout, Map<String, String> environment, String... command) {
        List<String> all = new ArrayList<>(in(host));
        all.addAll(List.of(command));
        return Commands.run(timeout, environment, all);
    }

    /** Runs a command in a host, a minute at most. */
    public Ran run(String host, String... command) {
        return run(host, Duration.ofMinutes(1), Map.of(), command);
    }

    /** Whether a TCP connection between two hosts is open, as the first one's kernel says. */
    public boolean connected(String host, String other) {
        List<String> words = new ArrayList<>(inNetworkOf(host));
        words.addAll(List.of("ss", "-Htn", "state", "established", "dst", addressOf(other)));
        return !Commands.run(Duration.ofMinutes(1), Map.of(), words).ok().output().isBlank();
    }

    /** The address of {@code h0}, {@code h1}, ... in a lab of one LAN. */
    public static String address(int host) {
        return "10.1.0." + (10 + host);
    }

    /** The address of a host. */
    public String addressOf(String host) {
        String address = addresses.get(host);
        if (address == null) {
            throw new IllegalArgumentException("no host " + host + " in the lab");
        }
        return address;
    }

    /** Begins to sample the counters of all links. */
    public LinkWatch watch() throws IOException, InterruptedException {
        return LinkWatch.start(List.of("python3", netlab, "-l", name));
    }

    /** One of netlab's verbs, such as {@code cut h1}. */
    public Ran netlab(String... words) {
        List<String> all = new ArrayList<>(List.of("python3", netlab, "-l", name));
        all.addAll(List.of(words));
        return Commands.run(Duration.ofMinutes(1), Map.of(), all);
    }

    /** Bytes that a host has sent and received so far, as its link saw them. */
    public long[] bytes(String host) {
        String out = netlab("stats").ok().output();
        for (String line : out.lines().toList()) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length > 2 && words[0].equals(host)) {
                return new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])};
            }
        }
        throw new IllegalStateException("no counters of " + host + " in:\n" + out);
    }

    /** Closes what is open, half-built ones too: for the end of a process that was told to end. */
    public static void closeAll() {
        OPEN.forEach(Lab::close);
    }

    @Override
    public void close() {
        netlab("destroy");
        OPEN.remove(this);
    }
}
