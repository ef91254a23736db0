// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.peers.AddressBook.Source;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to other members. Everything happens on the engine's loop; the public methods are
 * for any thread unless they say otherwise, and none blocks but {@link #stop}.
 *
 * <p>Read before changing: {@link Connection} is one channel, {@link Members} the way from channel
 * to member, {@link Dialer}, {@link AddressBook} and {@link Doors} make channels, {@link Liveness},
 * {@link Gossip} and {@link Questions} speak over them, {@link LanDiscovery} finds neighbours. This
 * class wires them and keeps their timers.
 */
public final class Peers {
    static final String BUNDLE = "org.peeredge.dts.engine";
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    final PeersPorts ports;
    final PeersConfig config;
    final PeerEvents events;
    private final PeerMetrics metrics;
    final Connection.Shared shared;
    private final ExecutorService background;
    private final PluginCalls calls;
    private final MessageCodec codec = new MessageCodec();
    final AddressBook book;
    final Bans bans;
    private final BanDesk desk;
    final Neighbours neighbours;
    private final Doors doors;
    final Directory directory;
    final Members members;
    final Dialer dialer;
    final Gossip gossip;
    final Liveness liveness;
    final Questions questions;
    final Returning returning;
    final Losses losses;
    final LanDiscovery lan;
    final Discovering discovering;
    private final List<Cancellable> timers = new ArrayList<>();
    volatile Consumer<NodeId> onWritable = _ -> {};
    boolean stopped;

    /** Wires; nothing runs before {@link #start}. */
    public Peers(PeersPorts ports, PeersConfig config, PeerEvents events) {
        this.ports = ports;
        this.config = config;
        this.events = events;
        metrics = new PeerMetrics(ports.metrics());
        background = ports.threads().newVirtualPool(BUNDLE, "peers");
        calls = new PluginCalls(ports.threads().newVirtualPool(BUNDLE, "channels"));
        Connection.Hop hop = this::hop;
        shared =
                new Connection.Shared(
                        hop,
                        ports.clock(),
                        codec,
                        new Frames(codec),
                        config,
                        metrics,
                        this::blamed);
        book = new AddressBook(config, ports.threads().random());
        bans = new Bans(ports.clock(), ports.loop(), config.maxBans(), this::dialNow);
        neighbours = new Neighbours(ports.clock(), config, ports.networks());
        Inbox inbox = new Inbox(this);
        returning = new Returning(ports.loop(), this::sendOrSettle, this::published);
        losses = new Losses(ports, book, bans, neighbours, returning);
        doors = new Doors(ports, calls, hop, inbox);
        directory = new Directory(ports, book, background, hop, doors::addresses);
        members =
                new Members(
                        ports, config, metrics, bans, neighbours::near, doors::addresses, inbox);
        members.features = events::features;
        desk = new BanDesk(bans, ports, config, background, hop, members::get);
        dialer =
                new Dialer(
                        ports,
                        calls,
                        hop,
                        config,
                        metrics,
                        book,
                        node -> !members.busyWith(node) && !bans.banned(node),
                        returning::awaits,
                        (provider, type) -> new Connection(shared, members, provider, type, true));
        gossip = new Gossip(ports, background, hop, members::all, inbox);
        liveness = new Liveness(ports.clock(), config, metrics, ports.threads().random());
        questions = new Questions(ports.loop(), hop, config.questions(), metrics, returning);
        lan =
                new LanDiscovery(
                        config.lan(),
                        ports,
                        hop,
                        metrics,
                        doors::addresses,
                        neighbours::interval,
                        inbox::heard);
        discovering =
                new Discovering(
                        ports, config, hop, members, neighbours, directory, book, dialer, doors);
        members.crowd(discovering);
        metrics.trackers(discovering::status);
        metrics.gauges(() -> members.all().size(), directory::addresses);
    }

    /** Listens, dials and discovers from now on. Call once. */
    public void start() {
        hop(this::begin);
        desk.load();
        directory.load(dialer::pump);
    }

    private void begin() {
        config.bootstrap().forEach(a -> directory.hint(a, null, Source.BOOTSTRAP));
        timers.add(ports.identity().onChange(() -> hop(gossip::newRevocations)));
        doors.reconcile();
        if (config.lan().enabled()) {
            lan.start();
        }
        every(config.pingInterval(), this::tick);
        every(config.exchangeInterval(), gossip::exchange);
        discovering.start();
        dialer.pump();
    }

    private void every(Duration interval, Runnable task) {
        ports.loop()
                .schedule(
                        interval,
                        () -> {
                            if (!stopped) {
                                every(interval, task);
                                task.run();
                            }
                        });
    }

    private void tick() {
        members.all().forEach(this::look);
        discovering.trim();
        doors.reconcile();
        background.execute(ports.networks()::refresh);
        published();
        dialer.pump();
    }

    private void look(Connection c) {
        boolean near = neighbours.near(c);
        liveness.check(c, near && !discovering.follows(c.node()));
        if (near != c.toldNear && c.srttNanos > 0) {
            c.toldNear = near;
            events.measured(c.node(), near, Liveness.rttMicros(c));
        }
    }

    /**
     * Closes every channel and door and ends every thread of its own; waits for that, at most some
     * seconds, which on the loop keeps the loop waiting.
     */
    public void stop() {
        if (ports.loop().inLoop()) {
            end();
        } else {
            endOnLoop();
        }
        lan.join();
        background.close();
        calls.stop();
    }

    private void endOnLoop() {
        CountDownLatch over = new CountDownLatch(1);
        boolean taken =
                hop(() -> {
                    end();
                    over.countDown();
                });
        try {
            if (taken && !over.await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the engine's loop is stuck: its connections may outlive it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        stopped = true;
        timers.forEach(Cancellable::cancel);
        discovering.stop();
        dialer.stop();
        lan.stop();
        bans.stop();
        questions.stop();
        returning.stop();
        members.all().forEach(directory::save);
        members.stop();
        doors.stop();
    }

    /** A channel plugin came or went. Call after its slot is added or removed. */
    public void providersChanged() {
        hop(() -> {
            doors.reconcile();
            dialer.pump();
        });
    }

    /** Holders of blobs, and what this node says that it holds; any thread. */
    public Finding finding() {
        return discovering;
    }

    /** Where this node is reached now. */
    public List<PeerAddress> addresses() {
        return doors.addresses();
    }

    /** Sends a message; false when the member is not connected. */
    public boolean send(NodeId to, Message message) {
        members.get(to).ifPresent(this::used);
        return members.get(to).map(c -> c.send(message)).orElse(false);
    }

    void used(Connection c) {
        c.contentNanos = ports.clock().nanos();
    }

    /**
     * Sends without a copy: the payload, in parts, is lent until the stage completes. Fails as
     * {@link #ask}.
     */
    public CompletionStage<Void> sendSymbols(
            NodeId to, SymbolsHeader header, ByteBuffer... payload) {
        members.get(to).ifPresent(c -> c.payloadNanos = ports.clock().nanos());
        return members.get(to)
                .map(c -> c.sendSymbols(codec.encodeSymbolsHeader(header), payload))
                .orElseGet(() -> Connection.gone(to));
    }

    /** Whether the member is connected and takes more now. */
    public boolean writable(NodeId to) {
        return members.get(to).map(Connection::writable).orElse(false);
    }

    /** Calls {@code callback}, one and the last, on the loop when a member takes more again. */
    public void onWritable(Consumer<NodeId> callback) {
        onWritable = callback;
    }

    /** Stops or goes on reading from a member; lasts as long as its channel. */
    public void reading(NodeId from, boolean on) {
        members.get(from).ifPresent(c -> c.reading(on));
    }

    /** Closes the channel to a member, if any; it is neither dialled nor let in for {@code ban}. */
    public void disconnect(NodeId peer, String reason, Duration ban) {
        desk.disconnect(peer, reason, ban);
    }

    /** Members that lied. */
    public BanDesk bans() {
        return desk;
    }

    /** Puts a question; errors as {@code kernel.api.mesh.Mesh#request} says. */
    public CompletionStage<byte[]> ask(NodeId to, String topic, byte[] payload, Duration timeout) {
        return questions.ask(to, topic, payload, timeout);
    }

    /** Answers questions of a topic until taken back. */
    public Cancellable answer(String topic, MeshHandler handler) {
        return questions.answer(topic, handler);
    }

    /** Where the channels in use lead. */
    public Map<NodeId, String> remotes() {
        return members.remotes();
    }

    /** Connected and returning members first; {@code bytesPerSecond} is 0 here. */
    public List<Member> members() {
        return directory.members(neighbours);
    }

    private boolean hop(Runnable task) {
        try {
            ports.loop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void published() {
        directory.publish(members.all(), returning.members());
        discovering.room();
    }

    private void blamed(Connection c, Throwable thrown) {
        doors.blame(c.type, c.provider, thrown);
    }

    private void dialNow(NodeId node) {
        book.hurry(node, ports.clock().nanos());
        dialer.pump();
    }

    /** Where the channel has ended, that is seen here and now: its member is awaited. */
    private boolean sendOrSettle(NodeId to, Message message) {
        boolean sent = send(to, message);
        if (!sent) {
            members.get(to).ifPresent(Connection::settle);
        }
        return sent;
    }
}
