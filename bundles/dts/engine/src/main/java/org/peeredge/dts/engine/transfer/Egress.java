// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, encodes and sends what peers asked for: in order per peer, peers in turn, at most {@link
 * #PER_PEER} answers to a peer on their way, the second only while buffers are ample, so that those
 * who do not read leave some to the others. An answer holds as many buffers as its symbols need. A
 * peer that does not take one in time loses its channel, and for a while it has one at most, and
 * all such peers together half of the buffers. On the engine's loop, but for the reading itself.
 */
public final class Egress {
    private static final Logger LOG = LoggerFactory.getLogger(Egress.class);

    /** Two: one on the wire while the next is read. */
    private static final int PER_PEER = 2;

    private static final byte[] NO_RECEIPT = {};

    /** The way to the peers. */
    public interface Outlet {
        /** The payload, in parts, is lent until the stage completes. */
        CompletionStage<Void> sendSymbols(NodeId to, SymbolsHeader header, ByteBuffer... payload);

        boolean send(NodeId to, Message message);

        /** Closes the channels to a member and does not dial or accept it for {@code ban}. */
        void disconnect(NodeId peer, String reason, Duration ban);
    }

    /** What is counted. */
    interface Counts {
        void sent(int bytes);

        void timedOut();
    }

    /** A blob's length, for the last group. */
    interface Sizes {
        Optional<Long> of(Digest digest);
    }

    private static final class Queue {
        final NodeId peer;
        final ArrayDeque<Message.GetSymbols> waiting = new ArrayDeque<>();
        int underWay;
        int buffersHeld;
        boolean inTurn;
        boolean cut;

        Queue(NodeId peer) {
            this.peer = peer;
        }
    }

    /** A request that holds buffers. */
    private static final class Job {
        final Queue queue;
        final Message.GetSymbols request;
        final ByteBuffer[] buffers;
        long dueNanos;
        boolean late;
        boolean delivered;
        boolean over;

        Job(Queue queue, Message.GetSymbols request, ByteBuffer[] buffers) {
            this.queue = queue;
            this.request = request;
            this.buffers = buffers;
        }
    }

    private final Encoders encoders;
    private final Sizes sizes;
    private final BufferPool buffers;
    private final CodecThreads threads;
    private final Executor loop;
    private final Clock clock;
    private final Duration timeout;
    private final Outlet outlet;
    private final Counts counts;
    private final Consumer<Event> events;
    private final Map<NodeId, Queue> queues = new HashMap<>();
    private final ArrayDeque<Queue> turn = new ArrayDeque<>();
    private final LinkedHashSet<Job> sending = new LinkedHashSet<>();
    private final SlowPeers slow = new SlowPeers();
    private boolean closed;

    Egress(
            Encoders encoders,
            Sizes sizes,
            BufferPool buffers,
            CodecThreads threads,
            Executor loop,
            Clock clock,
            Duration timeout,
            Outlet outlet,
            Counts counts,
            Consumer<Event> events) {
        this.encoders = encoders;
        this.sizes = sizes;
        this.buffers = buffers;
        this.threads = threads;
        this.loop = loop;
        this.clock = clock;
        this.timeout = timeout;
        this.outlet = outlet;
        this.counts = counts;
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
                        new Event.SymbolsDone(
                                to, cancel.digest(), cancel.group(), cancel.first(), false));
            }
        }
    }

    /** Forgets a peer that is gone. */
    void down(NodeId peer) {
        Queue queue = queues.remove(peer);
        if (queue != null) {
            queue.waiting.forEach(r -> tellDone(peer, r, false));
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
        int passed = 0;
        while (passed < turn.size() && !closed) {
            Queue queue = turn.remove();
            Message.GetSymbols request = queue.waiting.peek();
            if (request == null) {
                queue.inTurn = false;
                continue;
            }
            int needed = buffersFor(request);
            if (needed > buffers.maxBuffers()) {
                queue.waiting.remove();
                outlet.send(queue.peer, refusal(request, Refusal.BAD_REQUEST));
                tellDone(queue.peer, request, false);
                turn.addFirst(queue);
                continue;
            }
            if (!mayTake(queue, needed)) {
                turn.add(queue);
                passed++;
                continue;
            }
            Optional<ByteBuffer[]> taken = buffers.take(needed);
            if (taken.isEmpty()) {
                turn.addFirst(queue);
                return;
            }
            queue.waiting.remove();
            queue.inTurn = false;
            queue.underWay++;
            queue.buffersHeld += needed;
            enqueue(queue);
            begin(new Job(queue, request, taken.get()));
        }
    }

    /** No symbol lies in two buffers. */
    private int buffersFor(Message.GetSymbols request) {
        int each = symbolsPerBuffer(request);
        return each == 0 ? Integer.MAX_VALUE : Math.ceilDiv(request.count(), each);
    }

    private int symbolsPerBuffer(Message.GetSymbols request) {
        return buffers.bufferBytes() / request.codec().symbolBytes();
    }

    private boolean mayTake(Queue queue, int needed) {
        if (!slow.contains(queue.peer)) {
            return queue.underWay == 0 || buffers.ample();
        }
        int held = 0;
        for (NodeId peer : slow.all()) {
            Queue one = queues.get(peer);
            held += one == null ? 0 : one.buffersHeld;
        }
        return queue.underWay == 0
                && (held == 0 || held + needed <= Math.max(1, buffers.maxBuffers() / 2));
    }

    private void begin(Job job) {
        try {
            threads.execute(() -> read(job), () -> givenUp(job));
        } catch (RejectedExecutionException e) {
            refuse(job, Refusal.BUSY);
            finished(job);
        }
    }

    /** On a codec's thread. */
    private void read(Job job) {
        Message.GetSymbols request = job.request;
        Refusal refusal;
        try {
            Optional<Long> size = sizes.of(request.digest());
            if (size.isPresent()) {
                encode(job, size.get());
                loop.execute(() -> write(job));
                return;
            }
            refusal = Refusal.NOT_HELD;
        } catch (NeverException e) {
            refusal = Refusal.BAD_REQUEST;
        } catch (RetryLaterException e) {
            LOG.debug("cannot send {} to {} now", request.digest(), job.queue.peer.shortName(), e);
            refusal = Refusal.BUSY;
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot read {} for {}", request.digest(), job.queue.peer.shortName(), e);
            refusal = Refusal.NOT_HELD;
        } catch (Error e) {
            // The buffer and the peer's place must come back whatever a plugin does.
            LOG.error("sending {} failed", request.digest(), e);
            refusal = Refusal.NOT_HELD;
        }
        Refusal why = refusal;
        loop.execute(() -> {
            if (!job.over) {
                refuse(job, why);
                finished(job);
            }
        });
    }

    private void encode(Job job, long sizeBytes) throws IOException {
        Message.GetSymbols request = job.request;
        int each = symbolsPerBuffer(request);
        for (int i = 0; i < job.buffers.length; i++) {
            encoders.encode(
                    request.digest(),
                    sizeBytes,
                    request.group(),
                    request.codec(),
                    request.first() + i * each,
                    Math.min(each, request.count() - i * each),
                    job.buffers[i]);
        }
    }

    /** A codec keeps its thread, and may still write into the buffers. */
    private void givenUp(Job job) {
        refuse(job, Refusal.BUSY);
        buffers.lose(job.buffers.length);
        ended(job);
    }

    private void write(Job job) {
        if (job.over) {
            return;
        }
        Message.GetSymbols request = job.request;
        int bytes = 0;
        for (ByteBuffer part : job.buffers) {
            bytes += part.flip().remaining();
        }
        int sent = bytes;
        SymbolsHeader header =
                new SymbolsHeader(
                        request.digest(),
                        request.group(),
                        request.codec(),
                        request.first(),
                        request.count(),
                        NO_RECEIPT);
        job.dueNanos = clock.nanos() + timeout.toNanos();
        sending.add(job);
        outlet.sendSymbols(job.queue.peer, header, job.buffers)
                .whenComplete((done, error) -> {
                    if (error == null) {
                        counts.sent(sent);
                    }
                    loop.execute(() -> {
                        sending.remove(job);
                        if (!job.over) {
                            job.delivered = error == null;
                            finished(job);
                        }
                    });
                });
    }

    /** Ends the channels of peers that do not take what is sent; to be called now and then. */
    void tick() {
        long now = clock.nanos();
        while (!sending.isEmpty() && sending.getFirst().dueNanos - now <= 0) {
            overdue(sending.removeFirst(), now);
        }
        if (slow.forgetOld(now)) {
            pump();
        }
    }

    private void overdue(Job job, long now) {
        NodeId peer = job.queue.peer;
        if (job.late) {
            LOG.warn(
                    "the channel to {} has ended and still keeps a buffer: its plugin leaks;"
                            + " update or restart its bundle",
                    peer.shortName());
            buffers.lose(job.buffers.length);
            ended(job);
            return;
        }
        job.late = true;
        job.dueNanos = now + timeout.toNanos();
        sending.addLast(job);
        if (job.queue.cut || queues.get(peer) != job.queue) {
            return; // that channel is no more
        }
        job.queue.cut = true;
        slow.add(peer, now);
        counts.timedOut();
        outlet.disconnect(
                peer, "took no piece within " + timeout.toMillis() + " ms", Duration.ZERO);
    }

    private void refuse(Job job, Refusal why) {
        outlet.send(job.queue.peer, refusal(job.request, why));
    }

    private static Message.Refused refusal(Message.GetSymbols request, Refusal why) {
        return new Message.Refused(request.digest(), request.group(), request.first(), why);
    }

    private void tellDone(NodeId to, Message.GetSymbols request, boolean delivered) {
        events.accept(
                new Event.SymbolsDone(
                        to, request.digest(), request.group(), request.first(), delivered));
    }

    private void finished(Job job) {
        buffers.give(job.buffers);
        ended(job);
    }

    private void ended(Job job) {
        job.over = true;
        job.queue.underWay--;
        job.queue.buffersHeld -= job.buffers.length;
        tellDone(job.queue.peer, job.request, job.delivered);
        enqueue(job.queue);
        pump();
    }
}
