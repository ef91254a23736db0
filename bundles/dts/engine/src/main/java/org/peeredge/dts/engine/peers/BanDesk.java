// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;

/** Bans as the rest of the node sees them, and their way to the disk. For any thread. */
public final class BanDesk implements org.peeredge.dts.api.Bans {
    private final Bans bans;
    private final Optional<BanRecords> disk;
    private final Clock clock;
    private final Executor background;
    private final Connection.Hop hop;
    private final Function<NodeId, Optional<Connection>> connected;

    BanDesk(
            Bans bans,
            PeersPorts ports,
            PeersConfig config,
            Executor background,
            Connection.Hop hop,
            Function<NodeId, Optional<Connection>> connected) {
        this.bans = bans;
        this.disk = ports.bans().map(table -> new BanRecords(table, config.maxBans()));
        this.clock = ports.clock();
        this.background = background;
        this.hop = hop;
        this.connected = connected;
    }

    /** Reads what is on disk; a member that is connected by then is let go. */
    void load() {
        disk.ifPresent(d ->
                background.execute(() -> {
                    List<Ban> all = d.load(clock.now());
                    hop.run(() -> {
                        bans.loaded(all);
                        bans.list().forEach(b -> close(b.node(), "banned: " + b.reason()));
                    });
                }));
    }

    /**
     * Closes the channel to a member that lied; the ban is kept over restarts, and longer each
     * time.
     *
     * @param term of a first ban
     * @param by whose evidence it was
     */
    public void ban(NodeId node, String reason, Duration term, NodeId by) {
        hop.run(() -> {
            Ban ban = bans.convict(node, reason, term, by);
            disk.ifPresent(d -> background.execute(() -> d.save(ban)));
            close(node, reason);
        });
    }

    /** Closes the channel to a member, if any; it is neither dialled nor let in for {@code ban}. */
    void disconnect(NodeId node, String reason, Duration ban) {
        hop.run(() -> {
            bans.add(node, ban);
            close(node, reason);
        });
    }

    private void close(NodeId node, String reason) {
        connected.apply(node).ifPresent(c -> c.close(reason));
    }

    @Override
    public List<Ban> bans() {
        return bans.list();
    }

    @Override
    public CompletionStage<Optional<Ban>> lift(NodeId node) {
        CompletableFuture<Optional<Ban>> lifted = new CompletableFuture<>();
        boolean taken =
                hop.run(() -> {
                    Optional<Ban> was = bans.lift(node);
                    disk.ifPresent(d -> background.execute(() -> d.remove(node)));
                    lifted.complete(was);
                });
        if (!taken) {
            lifted.completeExceptionally(new RetryLaterException("the engine is stopping"));
        }
        return lifted;
    }
}
