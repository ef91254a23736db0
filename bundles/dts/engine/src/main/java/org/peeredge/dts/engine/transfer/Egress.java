// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, encodes and sends what peers asked for: in order per peer, peers in turn, at most {@link
 * #PER_PEER} pieces of a peer on their way and no more buffers than the pool has. On the engine's
 * loop, but for the reading itself.
 */
public final class Egress {
    private static final Logger LOG = LoggerFactory.getLogger(Egress.class);

    /** Two: one on the wire while the next is read. */
    private static final int PER_PEER = 2;

    private static final byte[] NO_RECEIPT = {};

    /** The way to the peers. */
    public interface Outlet {
        CompletionStage<Void> sendSymbols(NodeId to, SymbolsHeader header, ByteBuffer payload);

        boolean send(NodeId to, Message message);
    }

    /** A blob's length, for the last group. */
    interface Sizes {
        Optional<Long> of(Digest digest);
    }

    private static final class Queue {
        final NodeId peer;
        final ArrayDeque<Message.GetSymbols> waiting = new ArrayDeque<>();
        int underWay;
        boolean inTurn;

        Queue(NodeId peer) {
            this.peer = peer;
        }
    }

    private final Encoders encoders;
    private final Sizes sizes;
    private final BufferPool buffers;
    private final Executor workers;
    private final Executor loop;
    private final Outlet outlet;
    private final LongConsumer sentBytes;
    private final Consumer<Event> events;
    private final Map<NodeId, Queue> queues = new HashMap<>();
    private final ArrayDeque<Queue> turn = new ArrayDeque<>();
    private boolean closed;

    Egress(
            Encoders encoders,
            Sizes sizes,
            BufferPool buffers,
            Executor workers,
            Executor loop,
            Outlet outlet,
            LongConsumer sentBytes,
            Consumer<Event> events) {
        this.encoders = encoders;
        this.sizes = sizes;
        this.buffers = buffers;
        this.workers = workers;
        this.loop = loop;
        this.outlet = outlet;
        this.sentBytes = sentBytes;
        this.events = events;
    }

    /** Queues a request; the swarm has bounded how many. */
    void send(NodeId to, Message.GetSymbols request) {
        Queue queue = queues.computeIfAbsent(to, Queue::new);
        queue.waiting.add(request);
        enqueue(queue);
        pump();
    }

    /** Takes a waiting request back. */
    void cancel(NodeId to, Message.Cancel cancel) {
        Queue queue = queues.get(to);
        if (queue != null) {
            boolean taken =
                    queue.waiting.removeIf(r ->
                            r.group() == cancel.group()
                                    && r.first() == cancel.first()
                                    && r.digest().equals(cancel.digest()));
            if (taken) {
                events.accept(
                        new Event.SymbolsSent(to, cancel.digest(), cancel.group(), cancel.first()));
            }
        }
    }

    /** Forgets a peer that is gone. */
    void down(NodeId peer) {
        Queue queue = queues.remove(peer);
        if (queue != null) {
            queue.waiting.forEach(r -> tellDone(peer, r));
            queue.waiting.clear();
        }
    }

    /** Stops sending. */
    void close() {
        closed = true;
        queues.clear();
        turn.clear();
    }

    private void enqueue(Queue queue) {
        if (!queue.inTurn && !queue.waiting.isEmpty() && queue.underWay < PER_PEER) {
            queue.inTurn = true;
            turn.add(queue);
        }
    }

    private void pump() {
        while (!turn.isEmpty() && !closed) {
            Optional<ByteBuffer> buffer = buffers.take();
            if (buffer.isEmpty()) {
                return;
            }
            Queue queue = turn.remove();
            queue.inTurn = false;
            Message.GetSymbols request = queue.waiting.poll();
            if (request == null) {
                buffers.give(buffer.get());
                continue;
            }
            queue.underWay++;
            enqueue(queue);
            begin(queue, request, buffer.get());
        }
    }

    private void begin(Queue queue, Message.GetSymbols request, ByteBuffer buffer) {
        try {
            workers.execute(() -> read(queue, request, buffer));
        } catch (RejectedExecutionException e) {
            refuse(queue, request, Refusal.BUSY);
            finished(queue, request, buffer);
        }
    }

    /** On a worker. */
    private void read(Queue queue, Message.GetSymbols request, ByteBuffer buffer) {
        Refusal refusal;
        try {
            Optional<Long> size = sizes.of(request.digest());
            if (size.isPresent()) {
                encoders.encode(
                        request.digest(),
                        size.get(),
                        request.group(),
                        request.codec(),
                        request.first(),
                        request.count(),
                        buffer);
                loop.execute(() -> write(queue, request, buffer.flip()));
                return;
            }
            refusal = Refusal.NOT_HELD;
        } catch (NeverException | java.nio.BufferOverflowException e) {
            refusal = Refusal.BAD_REQUEST;
        } catch (RetryLaterException e) {
            LOG.debug("cannot send {} to {} now", request.digest(), queue.peer.shortName(), e);
            refusal = Refusal.BUSY;
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot read {} for {}", request.digest(), queue.peer.shortName(), e);
            refusal = Refusal.NOT_HELD;
        } catch (Error e) {
            // The buffer and the peer's place must come back whatever a plugin does.
            LOG.error("sending {} failed", request.digest(), e);
            refusal = Refusal.NOT_HELD;
        }
        Refusal why = refusal;
        loop.execute(() -> {
            refuse(queue, request, why);
            finished(queue, request, buffer);
        });
    }

    private void write(Queue queue, Message.GetSymbols request, ByteBuffer payload) {
        int bytes = payload.remaining();
        SymbolsHeader header =
                new SymbolsHeader(
                        request.digest(),
                        request.group(),
                        request.codec(),
                        request.first(),
                        request.count(),
                        NO_RECEIPT);
        outlet.sendSymbols(queue.peer, header, payload)
                .whenComplete((done, error) -> {
                    if (error == null) {
                        sentBytes.accept(bytes);
                    }
                    loop.execute(() -> finished(queue, request, payload));
                });
    }

    private void refuse(Queue queue, Message.GetSymbols request, Refusal why) {
        outlet.send(
                queue.peer,
                new Message.Refused(request.digest(), request.group(), request.first(), why));
    }

    private void tellDone(NodeId to, Message.GetSymbols request) {
        events.accept(
                new Event.SymbolsSent(to, request.digest(), request.group(), request.first()));
    }

    private void finished(Queue queue, Message.GetSymbols request, ByteBuffer buffer) {
        buffers.give(buffer);
        queue.underWay--;
        tellDone(queue.peer, request);
        enqueue(queue);
        pump();
    }
}
