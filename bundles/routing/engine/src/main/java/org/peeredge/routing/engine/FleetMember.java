// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.routing.api.Routing.Change;
import org.peeredge.routing.api.Routing.NodeChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commanded side: does what an operator's node asks, once per command, and says what came of
 * it. Anyone else is refused. Safe for use by many threads.
 */
final class FleetMember {
    /** A command may not reach further into the future; also bounds how long nonces are kept. */
    static final Duration MAX_LIFE = Duration.ofMinutes(10);

    private static final int MAX_NONCES = 1_024;
    private static final Logger LOG = LoggerFactory.getLogger(FleetMember.class);

    private final Clock clock;
    private final Selection selection;
    private final Switcher switcher;
    private final RoutingCounters counters;
    private final Map<String, Instant> nonces = new HashMap<>();

    FleetMember(Clock clock, Selection selection, Switcher switcher, RoutingCounters counters) {
        this.clock = clock;
        this.selection = selection;
        this.switcher = switcher;
        this.counters = counters;
    }

    /** Answers one command; the stage fails only when the command itself is refused. */
    CompletionStage<byte[]> handle(Membership from, byte[] payload, Duration watch) {
        FleetMessages.Command command;
        try {
            if (!from.has(Role.OPERATOR)) {
                throw new NeverException(
                        "node "
                                + from.node().shortName()
                                + " has not the role operator: only operators change strategies");
            }
            command = FleetMessages.Command.read(payload);
            accept(command);
        } catch (NeverException | RetryLaterException e) {
            counters.fleetRefused.increment();
            LOG.debug("Refused a command of {}: {}", from.node().shortName(), e.getMessage());
            return CompletableFuture.failedFuture(e);
        }
        LOG.info("Operator {} asks for strategy {}", from.node().shortName(), command.type());
        return change(from.node(), command.type(), watch)
                .thenApply(
                        c -> new FleetMessages.Answer(c.before(), c.after(), c.outcome()).write());
    }

    /** Changes this node's strategy under watch; never fails. */
    CompletionStage<NodeChange> change(NodeId self, String type, Duration watch) {
        String before = selection.inForce();
        AtomicBoolean switched = new AtomicBoolean();
        return switcher.use(type, watch, () -> switched.set(true))
                .handle((change, error) -> outcome(self, before, switched.get(), change, error));
    }

    private NodeChange outcome(
            NodeId self,
            String before,
            boolean switched,
            @Nullable Change change,
            @Nullable Throwable error) {
        if (change != null) {
            counters.fleetChanged.increment();
            return new NodeChange(self, change.before(), change.after(), "changed");
        }
        String why = error == null ? "no reason given" : Failures.text(error);
        (switched ? counters.fleetRolledBack : counters.fleetFailed).increment();
        return new NodeChange(
                self, before, selection.inForce(), (switched ? "rolled back: " : "failed: ") + why);
    }

    private synchronized void accept(FleetMessages.Command command) {
        Instant now = clock.now();
        if (!command.expires().isAfter(now)) {
            throw new NeverException(
                    "the command expired at "
                            + command.expires()
                            + ", here it is "
                            + now
                            + ": compare the clocks of both nodes");
        }
        if (command.expires().isAfter(now.plus(MAX_LIFE))) {
            throw new NeverException(
                    "the command is for longer than "
                            + MAX_LIFE
                            + ": compare the clocks of both nodes");
        }
        nonces.values().removeIf(expiry -> !expiry.isAfter(now));
        if (nonces.containsKey(command.nonce())) {
            throw new NeverException("this command was carried out already");
        }
        if (nonces.size() >= MAX_NONCES) {
            throw new RetryLaterException("too many commands in a short time: try again later");
        }
        nonces.put(command.nonce(), command.expires());
    }
}
