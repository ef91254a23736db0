// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * A plugin bundle of this one class that breaks its contract: it {@code throws}, {@code hangs} or
 * {@code leaks}. As a strategy it works until a file named as that is in the data folder, so that
 * it passes the check before it is put in force; what leaks is a thread for each plan. As a codec
 * it makes the symbols of {@code none}, and what leaks is its encoders, which it never lets go of.
 * As a channel it breaks down as soon as it is called, and what leaks is the lease under which it
 * listens; but one of type {@code tcp} hands all to the real one, and it is its channels that throw
 * when content is sent.
 */
public final class BrokenPlugin
        implements BundleActivator, RoutingStrategy, ChannelProvider, CodecProvider, Encoder {
    private static final String FAMILY = "Broken-Family";
    private static final String TYPE = "Broken-Type";
    private static final String HOW = "Broken-How";
    private static final int WINDOW_BYTES = 4 << 20;

    private final @Nullable BrokenPlugin provider;
    private final @Nullable CodecId id;
    private final @Nullable GroupSource group;
    private volatile Path breaks = Path.of("");
    private volatile String type = "";
    private volatile String how = "";
    private volatile @Nullable ChannelProvider real;
    private volatile boolean stopped;

    /** The activator; also strategy, channel or codec. */
    public BrokenPlugin() {
        provider = null;
        id = null;
        group = null;
    }

    /** An encoder. */
    private BrokenPlugin(BrokenPlugin provider, CodecId id, GroupSource group) {
        this.provider = provider;
        this.id = id;
        this.group = group;
    }

    /**
     * Writes the bundle.
     *
     * @param family the interface that it registers
     * @param type which of the family it claims to be
     * @param how {@code throws}, {@code hangs} or {@code leaks}
     * @return its symbolic name
     */
    static String write(Path jar, Class<?> family, String type, String how) throws IOException {
        String name = "org.peeredge.itests.broken." + type + "." + how;
        OneClassBundle.write(
                jar,
                name,
                BrokenPlugin.class,
                Map.of(
                        FAMILY,
                        family.getName(),
                        TYPE,
                        type,
                        HOW,
                        how,
                        "Import-Package",
                        "org.osgi.framework, org.peeredge.kernel.api,"
                                + " org.peeredge.kernel.api.trust,"
                                + " org.peeredge.dts.api.channel, org.peeredge.dts.api.codec,"
                                + " org.peeredge.routing.api.strategy"));
        return name;
    }

    @Override
    public void start(BundleContext context) {
        var headers = context.getBundle().getHeaders();
        type = headers.get(TYPE);
        how = headers.get(HOW);
        breaks = Path.of(context.getProperty("karaf.data"), how);
        if (type.equals("tcp")) {
            real = context.getService(context.getServiceReference(ChannelProvider.class));
        }
        context.registerService(
                headers.get(FAMILY),
                this,
                FrameworkUtil.asDictionary(
                        Map.of("peeredge.type", type, "service.ranking", 1_000)));
    }

    @Override
    public void stop(BundleContext context) {
        stopped = true;
    }

    @Override
    public Plan plan(TransferView view, RandomGenerator random) {
        if (Files.exists(breaks)) {
            breaks("throws");
            breaks("hangs");
            if (how.equals("leaks")) {
                Thread.ofPlatform().daemon().name("leaked").start(() -> breaks("leaks"));
            }
        }
        return new Plan(
                view.peers().stream()
                        .map(peer -> new Plan.Share(peer.node(), 1, WINDOW_BYTES))
                        .toList());
    }

    private void breaks(String now) {
        if (!how.equals(now)) {
            return;
        }
        if (how.equals("throws")) {
            throw new IllegalStateException("broken on purpose");
        }
        while (!stopped) {
            LockSupport.parkNanos(this, Duration.ofMillis(10).toNanos());
        }
    }

    @Override
    public ChannelTraits traits() {
        ChannelProvider tcp = real;
        return tcp == null ? new ChannelTraits(type, true, true, 1 << 20) : tcp.traits();
    }

    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        ChannelProvider tcp = real;
        if (tcp != null) {
            return tcp.listen(channel ->
                    around(
                            ChannelListener.class,
                            acceptor.accepted(around(Channel.class, channel))));
        }
        breaks("throws");
        breaks("hangs");
        return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        ChannelProvider tcp = real;
        if (tcp != null) {
            return tcp.connect(address, around(ChannelListener.class, listener), timeout)
                    .thenApply(channel -> around(Channel.class, channel));
        }
        breaks("throws");
        breaks("hangs");
        return new CompletableFuture<>();
    }

    /** Hands every call on, but throws where a channel sends content. */
    private <T> T around(Class<T> family, T whole) {
        return family.cast(
                Proxy.newProxyInstance(
                        BrokenPlugin.class.getClassLoader(),
                        new Class<?>[] {family},
                        (proxy, method, args) -> {
                            if (method.getName().equals("send")) {
                                breaks("throws");
                            }
                            Object[] given = args == null ? new Object[0] : args.clone();
                            for (int i = 0; i < given.length; i++) {
                                if (given[i] instanceof Channel channel) {
                                    given[i] = around(Channel.class, channel);
                                }
                            }
                            return method.invoke(whole, given);
                        }));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public void check(CodecId id) {}

    @Override
    public long workingBytes(CodecId id) {
        return 0;
    }

    @Override
    public Encoder prepare(CodecId code, GroupSource source) {
        return new BrokenPlugin(this, code, source);
    }

    @Override
    public void reset(GroupSource next) {
        throw new IllegalStateException("broken on purpose");
    }

    @Override
    public Decoder decoder(CodecId code, int groupBytes) {
        throw new IllegalStateException("broken on purpose");
    }

    @Override
    public void encode(int first, int count, ByteBuffer into) throws IOException {
        Objects.requireNonNull(provider).breaks("throws");
        provider.breaks("hangs");
        int start = first * Objects.requireNonNull(id).symbolBytes();
        int end =
                Math.min(
                        start + count * id.symbolBytes(),
                        Objects.requireNonNull(group).sizeBytes());
        ByteBuffer window = into.slice(into.position(), end - start);
        group.read(start, window);
        into.position(into.position() + window.position());
    }

    @Override
    public void close() {
        Objects.requireNonNull(provider).breaks("leaks");
    }
}
