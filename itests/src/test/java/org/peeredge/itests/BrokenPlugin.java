// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
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
 * A plugin bundle of this one class that breaks its contract. As a strategy it works until a file
 * named as its type is in the data folder, so that it passes the check before it is put in force.
 */
public final class BrokenPlugin
        implements BundleActivator, RoutingStrategy, ChannelProvider, CodecProvider, Encoder {
    private static final String FAMILY = "Broken-Family";
    private static final String TYPE = "Broken-Type";
    private static final int WINDOW_BYTES = 4 << 20;

    private volatile Path breaks = Path.of("");
    private volatile String type = "";
    private volatile boolean stopped;

    /**
     * Writes the bundle.
     *
     * @param family the interface that it registers
     * @param type {@code throws}, {@code hangs}, or any other type
     * @return its symbolic name
     */
    static String write(Path jar, Class<?> family, String type) throws IOException {
        String name = "org.peeredge.itests.broken." + type;
        OneClassBundle.write(
                jar,
                name,
                BrokenPlugin.class,
                Map.of(
                        FAMILY,
                        family.getName(),
                        TYPE,
                        type,
                        "Import-Package",
                        "org.osgi.framework, org.peeredge.kernel.api,"
                                + " org.peeredge.dts.api.channel, org.peeredge.dts.api.codec,"
                                + " org.peeredge.routing.api.strategy"));
        return name;
    }

    @Override
    public void start(BundleContext context) {
        var headers = context.getBundle().getHeaders();
        type = headers.get(TYPE);
        breaks = Path.of(context.getProperty("karaf.data"), type);
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
            breakDown();
        }
        return new Plan(
                view.peers().stream()
                        .map(peer -> new Plan.Share(peer.node(), 1, WINDOW_BYTES))
                        .toList());
    }

    private void breakDown() {
        if (!type.equals("hangs")) {
            throw new IllegalStateException("broken on purpose");
        }
        while (!stopped) {
            LockSupport.parkNanos(this, Duration.ofMillis(10).toNanos());
        }
    }

    @Override
    public ChannelTraits traits() {
        return new ChannelTraits(type, true, true, 1 << 20);
    }

    /** Leaks: the stage never completes, so that its lease is never given back. */
    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        return new CompletableFuture<>();
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
    public Encoder prepare(CodecId id, GroupSource group) {
        return this;
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        throw new IllegalStateException("broken on purpose");
    }

    @Override
    public void encode(int first, int count, ByteBuffer into) {
        throw new IllegalStateException("broken on purpose");
    }

    @Override
    public void close() {}
}
