// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions to members and their answers, errors as {@code kernel.api.mesh.Mesh} says. Every
 * question has a deadline here and there; so many per member may be open each way. Handlers come
 * and go on any thread, all else is on the loop.
 */
final class Questions {
    /** A refusal is for people: no one needs more. */
    private static final int MAX_REFUSAL_CHARS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

    /** The way to a member; false when it is not connected. */
    interface Sender {
        boolean send(NodeId to, Message message);
    }

    private record Open(NodeId to, CompletableFuture<byte[]> answer, Cancellable deadline) {}

    private final Loop loop;
    private final Connection.Hop hop;
    private final PeersConfig.Asking limits;
    private final PeerMetrics metrics;
    private final Sender send;
    private final Map<String, MeshHandler> handlers = new ConcurrentHashMap<>();
    private final Map<Long, Open> asked = new HashMap<>();
    private final Map<NodeId, Integer> askedOf = new HashMap<>();
    private final Map<NodeId, Integer> askedBy = new HashMap<>();
    private long nextId;

    Questions(
            Loop loop,
            Connection.Hop hop,
            PeersConfig.Asking limits,
            PeerMetrics metrics,
            Sender send) {
        this.loop = loop;
        this.hop = hop;
        this.limits = limits;
        this.metrics = metrics;
        this.send = send;
    }

    /** Any thread. A topic has one handler: the one that came last, until it is taken back. */
    Cancellable answer(String topic, MeshHandler handler) {
        if (topic.isEmpty() || topic.length() > Limits.MAX_TOPIC_CHARS) {
            throw new IllegalArgumentException(
                    "topic '" + topic + "': 1 to " + Limits.MAX_TOPIC_CHARS + " characters");
        }
        handlers.put(topic, handler);
        return () -> handlers.remove(topic, handler);
    }

    /** Any thread. */
    CompletionStage<byte[]> ask(NodeId to, String topic, byte[] payload, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (topic.isEmpty() || topic.length() > Limits.MAX_TOPIC_CHARS) {
            answer.completeExceptionally(
                    new NeverException(
                            "topic '"
                                    + topic
                                    + "': 1 to "
                                    + Limits.MAX_TOPIC_CHARS
                                    + " characters"));
        } else if (payload.length > Limits.MAX_PAYLOAD_BYTES) {
            answer.completeExceptionally(
                    new NeverException(
                            "a question of "
                                    + payload.length
                                    + " bytes, at most "
                                    + Limits.MAX_PAYLOAD_BYTES));
        } else if (!hop.run(() -> put(to, topic, payload, timeout, answer))) {
            answer.completeExceptionally(new TryOtherPeerException("this node is stopping"));
        }
        return answer;
    }

    private void put(
            NodeId to,
            String topic,
            byte[] payload,
            Duration timeout,
            CompletableFuture<byte[]> answer) {
        if (askedOf.getOrDefault(to, 0) >= limits.maxOpenPerPeer()) {
            metrics.refusedQuestions.increment();
            answer.completeExceptionally(
                    new RetryLaterException(
                            limits.maxOpenPerPeer()
                                    + " questions to member "
                                    + to.shortName()
                                    + " are open already"));
            return;
        }
        long id = nextId++;
        if (!send.send(to, new Message.Ask(id, topic, payload))) {
            answer.completeExceptionally(
                    new TryOtherPeerException("member " + to.shortName() + " is not connected"));
            return;
        }
        Cancellable deadline =
                loop.schedule(
                        timeout,
                        () ->
                                fail(
                                        id,
                                        new TryOtherPeerException(
                                                "member "
                                                        + to.shortName()
                                                        + " did not answer '"
                                                        + topic
                                                        + "' within "
                                                        + timeout.toMillis()
                                                        + " ms")));
        asked.put(id, new Open(to, answer, deadline));
        askedOf.merge(to, 1, Integer::sum);
    }

    /**
     * An answer arrived; one that nobody waits for any more, or from another member, is ignored.
     */
    void answered(NodeId from, Message.Answer message) {
        Open open = asked.get(message.id());
        if (open == null || !open.to().equals(from)) {
            return;
        }
        forget(message.id(), open);
        if (message.ok()) {
            open.answer().complete(message.payload());
        } else {
            String why = new String(message.payload(), StandardCharsets.UTF_8);
            open.answer()
                    .completeExceptionally(
                            new NeverException(
                                    "member " + from.shortName() + " refused: " + clip(why)));
        }
    }

    private void fail(long id, RuntimeException error) {
        Open open = asked.get(id);
        if (open != null) {
            forget(id, open);
            open.answer().completeExceptionally(error);
        }
    }

    private void forget(long id, Open open) {
        asked.remove(id);
        open.deadline().cancel();
        less(askedOf, open.to());
    }

    /** A member is gone: nobody will answer. */
    void down(NodeId peer) {
        List<Long> ids = new ArrayList<>();
        asked.forEach((id, open) -> {
            if (open.to().equals(peer)) {
                ids.add(id);
            }
        });
        ids.forEach(id ->
                fail(
                        id,
                        new TryOtherPeerException(
                                "the channel to member " + peer.shortName() + " ended")));
    }

    /** A question arrived. */
    void asked(Membership from, Message.Ask ask) {
        NodeId peer = from.node();
        MeshHandler handler = handlers.get(ask.topic());
        if (handler == null) {
            refuse(peer, ask.id(), "this node answers no questions of topic '" + ask.topic() + "'");
            return;
        }
        if (askedBy.getOrDefault(peer, 0) >= limits.maxOpenPerPeer()) {
            metrics.refusedQuestions.increment();
            refuse(
                    peer,
                    ask.id(),
                    "over " + limits.maxOpenPerPeer() + " of your questions are open");
            return;
        }
        askedBy.merge(peer, 1, Integer::sum);
        Reply reply = new Reply(peer, ask.id());
        reply.deadline =
                loop.schedule(
                        limits.answerTimeout(),
                        () -> reply.end(null, new IllegalStateException("no answer in time")));
        try {
            handler.handle(from, ask.payload())
                    .whenComplete((bytes, error) -> hop.run(() -> reply.end(bytes, error)));
        } catch (RuntimeException e) {
            reply.end(null, e);
        }
    }

    /** One question that is being answered here. */
    private final class Reply {
        final NodeId peer;
        final long id;
        boolean over;
        @Nullable Cancellable deadline;

        Reply(NodeId peer, long id) {
            this.peer = peer;
            this.id = id;
        }

        void end(byte @Nullable [] bytes, @Nullable Throwable error) {
            if (over) {
                return;
            }
            over = true;
            Cancellable d = deadline;
            if (d != null) {
                d.cancel();
            }
            less(askedBy, peer);
            if (bytes == null) {
                refuse(peer, id, error == null ? "the handler gave nothing" : Errors.text(error));
            } else if (bytes.length > Limits.MAX_PAYLOAD_BYTES) {
                refuse(peer, id, "the answer would have " + bytes.length + " bytes");
            } else {
                reply(peer, new Message.Answer(id, true, bytes));
            }
        }
    }

    private void refuse(NodeId to, long id, String why) {
        reply(to, new Message.Answer(id, false, clip(why).getBytes(StandardCharsets.UTF_8)));
    }

    private void reply(NodeId to, Message.Answer answer) {
        if (!send.send(to, answer)) {
            LOG.debug("{}: the asker has gone before its answer", to.shortName());
        }
    }

    private static String clip(String text) {
        return text.length() > MAX_REFUSAL_CHARS ? text.substring(0, MAX_REFUSAL_CHARS) : text;
    }

    private static void less(Map<NodeId, Integer> counts, NodeId node) {
        counts.computeIfPresent(node, (_, n) -> n > 1 ? n - 1 : null);
    }

    /** Fails what is open. */
    void stop() {
        new ArrayList<>(asked.keySet())
                .forEach(id -> fail(id, new TryOtherPeerException("this node is stopping")));
    }
}
