// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.List;
import org.peeredge.dts.api.channel.PeerAddress;

/**
 * Every limit of the connections.
 *
 * @param bootstrap addresses that are dialled for ever; at most 64
 * @param maxConnections channels kept at most, 1 to 4,096
 * @param maxDialing dials at a time, 1 to 64
 * @param maxAddresses addresses remembered, 64 to 65,536
 * @param maxBans bans remembered, 1 to 65,536; the oldest goes first
 * @param dialTimeout for one dial, with the TLS handshake
 * @param helloTimeout from an open channel to the other's hello
 * @param backoffMin before an address is dialled again after its first failure
 * @param backoffMax the longest such wait
 * @param pingInterval between pings to one member
 * @param missedPings after so many intervals without a byte from a member its channel is closed
 * @param exchangeInterval between looks whether members are told of new members
 * @param malformedBan how long a member that broke the protocol is left alone
 * @param backlog how much of one member may wait for the engine
 * @param questions limits of questions and answers
 * @param lan discovery by multicast
 */
public record PeersConfig(
        List<PeerAddress> bootstrap,
        int maxConnections,
        int maxDialing,
        int maxAddresses,
        int maxBans,
        Duration dialTimeout,
        Duration helloTimeout,
        Duration backoffMin,
        Duration backoffMax,
        Duration pingInterval,
        int missedPings,
        Duration exchangeInterval,
        Duration malformedBan,
        Backlog backlog,
        Asking questions,
        Lan lan) {
    /** Copies the list and checks the bounds. */
    public PeersConfig {
        bootstrap = List.copyOf(bootstrap);
        check("bootstrap", bootstrap.size(), 0, 64);
        check("maxConnections", maxConnections, 1, 4096);
        check("maxDialing", maxDialing, 1, 64);
        check("maxAddresses", maxAddresses, 64, 65_536);
        check("maxBans", maxBans, 1, 65_536);
        check("missedPings", missedPings, 1, 100);
        positive("dialTimeout", dialTimeout);
        positive("helloTimeout", helloTimeout);
        positive("backoffMin", backoffMin);
        positive("pingInterval", pingInterval);
        positive("exchangeInterval", exchangeInterval);
        if (backoffMax.compareTo(backoffMin) < 0) {
            throw new IllegalArgumentException(
                    "backoffMax " + backoffMax + " is below backoffMin " + backoffMin);
        }
    }

    /**
     * What of one member's may wait. Beyond the first two the channel is not read until half is
     * done; beyond the third the channel is closed, since its other end does not read.
     *
     * @param maxFrames received frames, 256
     * @param maxBytes received bytes, 16 MiB
     * @param maxUnsentBytes messages (without symbols) that it has not taken yet, 8 MiB
     */
    public record Backlog(int maxFrames, long maxBytes, long maxUnsentBytes) {
        /** Checks the bounds. */
        public Backlog {
            check("maxFrames", maxFrames, 1, 1 << 20);
            check("maxBytes", maxBytes, 1, 1L << 32);
            check("maxUnsentBytes", maxUnsentBytes, 1, 1L << 32);
        }
    }

    /**
     * Questions and answers.
     *
     * @param maxOpenPerPeer questions under way to, and as many from, one member: 64
     * @param answerTimeout how long a handler here may take, 2 min
     */
    public record Asking(int maxOpenPerPeer, Duration answerTimeout) {
        /** Checks the bounds. */
        public Asking {
            check("maxOpenPerPeer", maxOpenPerPeer, 1, 65_536);
            positive("answerTimeout", answerTimeout);
        }
    }

    /**
     * Discovery by IPv4 multicast.
     *
     * @param enabled whether to speak and listen at all
     * @param group the multicast address, 239.255.74.40
     * @param port the UDP port, 7442
     * @param interval between beacons once the first quick ones are out, 10 s
     * @param memory how long after its last beacon a member counts as being in this network, 60 s
     * @param maxPerSecond beacons read in a second; more are dropped and counted, 100
     */
    public record Lan(
            boolean enabled,
            String group,
            int port,
            Duration interval,
            Duration memory,
            int maxPerSecond) {
        /** Checks the bounds. */
        public Lan {
            check("port", port, 1, 65_535);
            check("maxPerSecond", maxPerSecond, 1, 10_000);
            positive("interval", interval);
            positive("memory", memory);
        }

        /** What holds when nothing is configured. */
        public static Lan defaults() {
            return new Lan(
                    true,
                    "239.255.74.40",
                    7442,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    100);
        }

        /** No discovery. */
        public static Lan off() {
            Lan d = defaults();
            return new Lan(false, d.group, d.port, d.interval, d.memory, d.maxPerSecond);
        }
    }

    /** What holds when nothing is configured, but for the bootstrap list and the discovery. */
    public static PeersConfig defaults(List<PeerAddress> bootstrap, Lan lan) {
        return new PeersConfig(
                bootstrap,
                64,
                8,
                1024,
                1024,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                3,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                new Backlog(256, 16 << 20, 8 << 20),
                new Asking(64, Duration.ofMinutes(2)),
                lan);
    }

    /** The same with another number of connections. */
    public PeersConfig withMaxConnections(int connections) {
        return new PeersConfig(
                bootstrap,
                connections,
                maxDialing,
                maxAddresses,
                maxBans,
                dialTimeout,
                helloTimeout,
                backoffMin,
                backoffMax,
                pingInterval,
                missedPings,
                exchangeInterval,
                malformedBan,
                backlog,
                questions,
                lan);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must lie between " + min + " and " + max);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " = " + value + ": must be positive");
        }
    }
}
